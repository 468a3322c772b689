/** Closes a resource after work with it, however that ends. */
export async function using<T extends { close(): void }>(
  resource: T,
  work: (resource: T) => Promise<void>,
): Promise<void> {
  try {
    await work(resource);
  } finally {
    resource.close();
  }
}
