'use strict';
// A small extension with one of each thing that the window driver knows how to use.
const vscode = require('vscode');

exports.activate = function activate(context) {
  const fruits = new Map([
    ['Baskets', ['apple', 'pear']],
    ['Empty', []],
  ]);
  const changed = new vscode.EventEmitter();
  const log = vscode.window.createOutputChannel('Harness Sample', { log: true });
  const status = vscode.window.createStatusBarItem('sample.status', vscode.StatusBarAlignment.Left);
  status.name = 'Sample';
  status.text = '$(check) Sample: ready';
  status.show();

  const tree = {
    onDidChangeTreeData: changed.event,
    getChildren: (element) => (element === undefined ? [...fruits.keys()] : fruits.get(element)),
    getTreeItem(element) {
      const basket = fruits.has(element);
      const item = new vscode.TreeItem(element, basket ? 1 : 0);
      item.contextValue = basket ? 'basket' : 'fruit';
      if (!basket) item.description = 'fresh';
      return item;
    },
  };

  const commands = {
    async 'sample.greet'() {
      const how = await vscode.window.showQuickPick(['warmly', 'coldly'], { placeHolder: 'How?' });
      if (how === undefined) return;
      const validateInput = (text) => (/\d/.test(text) ? 'A name has no digits' : undefined);
      const name = await vscode.window.showInputBox({ title: 'Greet', prompt: 'Whom?', validateInput });
      if (name === undefined) return;
      status.text = `$(check) Sample: greeted ${name}`;
      log.info(`greeted ${name}`);
      const answer = await vscode.window.showInformationMessage(`Greeted ${name} ${how}`, 'Again', 'Show Log');
      if (answer === 'Again') void vscode.window.showWarningMessage('Once is enough');
    },
    async 'sample.add'() {
      const name = await vscode.window.showInputBox({ prompt: 'Which fruit?' });
      if (name !== undefined) fruits.get('Empty').push(name);
      changed.fire();
    },
    'sample.eat'(element) {
      for (const [basket, content] of fruits)
        fruits.set(
          basket,
          content.filter((fruit) => fruit !== element),
        );
      changed.fire();
    },
    'sample.polish'(element) {
      void vscode.window.showInformationMessage(`Polished ${element}`);
    },
    async 'sample.ask'() {
      const answer = await vscode.window.showWarningMessage(
        'Throw all away?',
        { modal: true, detail: 'For good.' },
        'Throw',
      );
      if (answer === 'Throw') fruits.clear();
      changed.fire();
    },
    async 'sample.work'() {
      const options = { location: vscode.ProgressLocation.Notification, title: 'Working', cancellable: true };
      await vscode.window.withProgress(
        options,
        (_progress, token) => new Promise((resolve) => token.onCancellationRequested(resolve)),
      );
      void vscode.window.showInformationMessage('Stopped');
    },
    'sample.log': () => log.show(),
  };
  for (const [name, run] of Object.entries(commands)) {
    context.subscriptions.push(vscode.commands.registerCommand(name, run));
  }
  const links = { handleUri: (uri) => void vscode.window.showInformationMessage(`Opened ${uri.path}?${uri.query}`) };
  context.subscriptions.push(
    log,
    status,
    changed,
    vscode.window.registerTreeDataProvider('sample.fruits', tree),
    vscode.window.registerTreeDataProvider('sample.harvest', tree),
    vscode.window.registerUriHandler(links),
  );
  return { fruits };
};
