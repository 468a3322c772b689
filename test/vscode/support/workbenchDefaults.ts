// What makes the offline workbench behave like a desktop VS Code that a person has used before.

export const defaultSettings: Readonly<Record<string, unknown>> = {
  // A web VS Code saves after a delay by default, which races document.save().
  'files.autoSave': 'off',
  'files.hotExit': 'off',
  'files.simpleDialog.enable': true,
  'window.confirmBeforeClose': 'never',
  'workbench.colorTheme': 'Dark Modern',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  // else every program of this machine that begins to listen is announced
  'remote.autoForwardPorts': false,
};

/** Nothing moves or blinks: for tests, whose screenshots should be the same every time. */
export const stillSettings: Readonly<Record<string, unknown>> = {
  'workbench.reduceMotion': 'on',
  'editor.cursorBlinking': 'solid',
};

/**
 * Built-in extensions that only cost start-up time in tests (a third of it). vscode.github-authentication stays:
 * without it the workbench waits for it in vain.
 */
export const skippedBuiltIns: readonly string[] = [
  'ms-vscode.js-debug',
  'ms-vscode.js-debug-companion',
  'ms-vscode.vscode-js-profile-table',
  'vscode.configuration-editing',
  'vscode.debug-auto-launch',
  'vscode.emmet',
  'vscode.extension-editing',
  'vscode.git',
  'vscode.git-base',
  'vscode.github',
  'vscode.grunt',
  'vscode.gulp',
  'vscode.jake',
  'vscode.json-language-features',
  'vscode.markdown-language-features',
  'vscode.markdown-math',
  'vscode.merge-conflict',
  'vscode.npm',
  'vscode.php-language-features',
  'vscode.tunnel-forwarding',
  'vscode.typescript-language-features',
];
