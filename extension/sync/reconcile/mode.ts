/**
 * What a target is for. `two-way`: changes travel both ways. `push`: local to server; what only the server has stays.
 * `pull`: the reverse. `mirror`: the server becomes exactly local.
 */
export const MODES = ['two-way', 'push', 'pull', 'mirror'] as const;
export type Mode = (typeof MODES)[number];

export const isMode = (value: unknown): value is Mode => MODES.some((mode) => mode === value);
