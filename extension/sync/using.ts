/** Closes a resource after work with it, however that ends. */
export async function using<T extends { close(): void }, R>(
  resource: T,
  work: (resource: T) => Promise<R>,
): Promise<R> {
  try {
    return await work(resource);
  } finally {
    resource.close();
  }
}
