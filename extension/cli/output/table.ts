export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Lines of aligned columns under their titles, without trailing blanks. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  return alignRows(columns, [columns.map(({ title }) => title), ...rows]);
}

/** The same without titles. */
export function alignRows(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ''))));
  return rows.map((row) =>
    columns
      .map(({ align }, at) => {
        const cell = row[at] ?? '';
        const blank = ' '.repeat((widths[at] ?? 0) - widthOf(cell));
        return align === 'right' ? blank + cell : cell + blank;
      })
      .join('  ')
      .trimEnd(),
  );
}

// Wide characters (CJK, emoji) take two columns on a terminal.
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const INVISIBLE = /\p{Mark}|\u200d|\ufe0f/u;

function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += INVISIBLE.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}
