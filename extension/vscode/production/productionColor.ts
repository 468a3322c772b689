import * as vscode from 'vscode';

/** Of whatever names a place that is production. */
export const PRODUCTION_COLOR = new vscode.ThemeColor('syncline.productionForeground');
