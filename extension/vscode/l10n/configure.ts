import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';

// To be imported before everything else: many texts are made when their modules are loaded.
if (vscode.l10n.bundle) l10n.config({ contents: vscode.l10n.bundle });
