import type { Tool } from './tool.ts';

/** What the editor is told before it runs a tool; with `confirmationMessages` it asks the person first. */
export interface PreparedTool {
  readonly invocationMessage: string;
  readonly confirmationMessages?: { readonly title: string; readonly message: string };
}

export async function prepareTool<T>(tool: Tool<T>, input: T, signal: AbortSignal): Promise<PreparedTool> {
  const question = await tool.question?.(input, signal);
  return {
    invocationMessage: tool.doing(input),
    ...(question && { confirmationMessages: { title: question.title, message: question.detail } }),
  };
}
