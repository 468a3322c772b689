import { compare } from './compareTool.ts';
import { listFiles, listVersions } from './listTools.ts';
import { readFile } from './readTool.ts';
import { restore } from './restoreTool.ts';
import { runJob } from './runJobTool.ts';
import type { Tool, ToolName, ToolWorld } from './tool.ts';

/** The whole table; leaving a tool out does not compile. */
export function toolTable(world: ToolWorld): Readonly<Record<ToolName, Tool<never>>> {
  return {
    syncline_list_files: listFiles(world),
    syncline_read_file: readFile(world),
    syncline_list_versions: listVersions(world),
    syncline_compare: compare(world),
    syncline_restore: restore(world),
    syncline_run_job: runJob(world),
  };
}
