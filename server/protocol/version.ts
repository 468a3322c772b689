/** The best version that both sides speak, in the order of the one who chooses; undefined when there is none. */
export function chooseVersion(theirs: readonly number[], ours: readonly number[]): number | undefined {
  return ours.find((version) => theirs.includes(version));
}
