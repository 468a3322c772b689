import './l10n/configure.ts';
import { join } from 'node:path';
import * as vscode from 'vscode';
import manifest from '../../package.json' with { type: 'json' };
import { systemClock } from '../connect/clock.ts';
import { connect } from '../connect/connect.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import { SystemBulkSync } from '../../server/protocol/disk/bulkSync.ts';
import { safetyPlace } from '../sync/local/safetyPlaces.ts';
import { TargetSync } from '../sync/syncTarget.ts';
import { targetStateDirectory } from '../sync/targetState.ts';
import type { SynclineApi } from './api.ts';
import { type CommandName, commandId } from './commands/commandIds.ts';
import { filesOf } from './commands/pickServer.ts';
import { registerCommands } from './commands/registerCommands.ts';
import type { Services } from './commands/services.ts';
import { registerTexts } from './commands/showText.ts';
import { followConnections } from './servers/followConnections.ts';
import { conflictBadge, conflictRows, ConflictsTree } from './conflicts/conflictsTree.ts';
import { followContextKeys } from './contextKeys.ts';
import { registerEmptyDocument } from './files/emptyDocument.ts';
import { SCHEME } from './files/fileUri.ts';
import { openedShares, refreshWhenOnline } from './files/shareFolders.ts';
import { ServerFileSystem } from './files/serverFileSystem.ts';
import { ServerFilesDrops } from './files/serverFilesDrops.ts';
import { ServerFilesTree } from './files/serverFilesTree.ts';
import { serverFilesMessage } from './files/serverFilesMessage.ts';
import { registerJobDocuments } from './jobs/jobDocuments.ts';
import { followSelection } from './history/followSelection.ts';
import { HistoryModel } from './history/historyModel.ts';
import { describeHistory, HistoryTree } from './history/historyTree.ts';
import { JobsModel } from './jobs/jobsModel.ts';
import { JobsTree } from './jobs/jobsTree.ts';
import { jobMemory, localServerMemory, placeMemory, recentAddresses } from './memory.ts';
import { SideMarks } from './marks/sideMarks.ts';
import { SyncDecorations } from './marks/syncDecorations.ts';
import { Messenger } from './messages/messenger.ts';
import { describePlan } from './plan/describePlan.ts';
import { PlanModel } from './plan/planModel.ts';
import { PlanTree, takeChoices } from './plan/planTree.ts';
import { ProductionGuard } from './production/productionGuard.ts';
import { askWrite, heldBack, markedInSettings } from './production/productionSettings.ts';
import { followOwnChanges } from './batches/followOwnChanges.ts';
import { OutsideChanges } from './batches/outsideChanges.ts';
import { ProblemsPanel } from './problems/problemsPanel.ts';
import { Connector } from './servers/connector.ts';
import { LinkHandler } from './servers/linkHandler.ts';
import { LocalServerHolder } from './servers/localServerHolder.ts';
import { Places } from './servers/places.ts';
import { Servers } from './servers/servers.ts';
import { requireTrust } from './servers/requireTrust.ts';
import { Tokens } from './servers/tokens.ts';
import { StatusBar } from './status/statusBar.ts';
import { ConsentMemory } from './targets/consentMemory.ts';
import { TargetHub } from './targets/targetHub.ts';
import { readTargetSettings } from './targets/readTargetSettings.ts';
import { TargetsTree } from './targets/targetsTree.ts';
import { registerTools } from './tools/registerTools.ts';
import { WorkspaceTarget } from './targets/workspaceTarget.ts';

/** What `deactivate` has to end; VS Code waits for that, but not for what is disposed of. */
let closing: (() => Promise<void>) | undefined;

/** The composition root: makes every part once and hands each what it needs. */
export async function activate(context: vscode.ExtensionContext): Promise<SynclineApi> {
  const begun = performance.now();
  const log = vscode.window.createOutputChannel('Syncline', { log: true });
  const note = (event: string, data: object) => log.debug(event, data);
  const run = (name: CommandName, ...args: unknown[]) => vscode.commands.executeCommand(commandId(name), ...args);

  const messenger = new Messenger(log, {
    'Set Token': (server) => run('setToken', server),
    Connect: () => run('connect'),
    'Open Settings': () => vscode.commands.executeCommand('workbench.action.openSettings', 'syncline.targets'),
    'Preview Sync': () => run('previewSync'),
    'Show Log': () => run('showLog'),
    'Manage Trust': () => run('manageTrust'),
  });
  const tokens = new Tokens(context.secrets);
  const identity = { clientName: 'syncline-vscode', clientVersion: manifest.version };
  const guard = new ProductionGuard({ marks: markedInSettings, ask: askWrite });
  const servers = new Servers({
    requireWrite: (wanted) => guard.require(wanted),
    tokenOf: (url) => tokens.get(url),
    connect: async (url, token, signal) => {
      requireTrust();
      return connect({ url, token, ...identity }, { signal, log: note });
    },
    clock: systemClock,
    log: note,
  });
  const places = new Places(servers, placeMemory(context.workspaceState), note);
  const connector = new Connector(servers, places, tokens);
  const consent = new ConsentMemory(context.workspaceState);
  const localServer = new LocalServerHolder(
    join(context.extensionPath, 'dist', 'server.cjs'),
    context.globalStorageUri,
    localServerMemory(context.workspaceState),
    log,
  );

  const stateHome = context.globalStorageUri.fsPath;
  const bulkSync = new SystemBulkSync();
  const targets = new TargetHub({
    read: () => readTargetSettings(),
    make: (configured) =>
      new WorkspaceTarget(configured, {
        consent,
        servers,
        guard,
        messenger,
        log,
        memory: context.workspaceState,
        followOutside: ({ folder, address }, engine) =>
          new OutsideChanges({
            engine,
            file: join(targetStateDirectory(stateHome, folder.path, address.label), 'batches.json'),
            now: Date.now,
            log: note,
          }),
        openEngine: async ({ folder, address, mode, merge }) => {
          const { path: root } = folder;
          const { stateDirectory } = safetyPlace(targetStateDirectory(stateHome, root, address.label), root);
          return TargetSync.open({
            root,
            share: address.share,
            dir: address.dir,
            mode,
            merge,
            guard: () => (guard.holds(address) ? heldBack(address) : undefined),
            stateDirectory,
            provider: servers.open(address.url),
            bulkSync,
            log: note,
          });
        },
      }),
    onRead: (configured) =>
      guard.setTargets(configured.filter(({ production }) => production).map(({ address }) => address)),
    onClosed: () => places.watchAgain(),
    onFaults: (faults) =>
      messenger.warn(faults.join('\n'), {
        label: 'Open Settings',
        run: () => void vscode.commands.executeCommand('workbench.action.openWorkspaceSettingsFile'),
      }),
  });

  const marks = new SideMarks(targets, note);
  const decorations = new SyncDecorations(targets, places, marks);
  const serverFiles = new ServerFilesTree({ places, targets, marks, guard, log });
  const serverFilesView = vscode.window.createTreeView('syncline.serverFiles', {
    treeDataProvider: serverFiles,
    dragAndDropController: new ServerFilesDrops(() => services),
    canSelectMany: true,
    showCollapseAll: true,
  });
  const conflicts = new ConflictsTree(targets);
  const conflictsView = vscode.window.createTreeView('syncline.conflicts', { treeDataProvider: conflicts });
  const targetsTree = new TargetsTree(targets);
  const history = new HistoryModel(
    // to look at a history is no reason to connect anew to a server that a person has disconnected from
    async (place) => {
      if (!servers.get(place.url)) throw new SynclineError('ConnectionLost');
      return filesOf(servers, place);
    },
    (error) => note('history is not read', { message: error.message }),
  );
  const historyTree = new HistoryTree(history);
  const historyView = vscode.window.createTreeView('syncline.history', { treeDataProvider: historyTree });
  const plans = new PlanModel(targets);
  const planTree = new PlanTree(plans);
  const planView = vscode.window.createTreeView('syncline.plan', {
    treeDataProvider: planTree,
    manageCheckboxStateManually: true,
    showCollapseAll: true,
  });
  const jobs = new JobsModel(servers, note);
  const jobsTree = new JobsTree(jobs);
  const jobsView = vscode.window.createTreeView('syncline.jobs', { treeDataProvider: jobsTree, canSelectMany: true });
  const fileSystem = new ServerFileSystem(servers, note);
  const links = new LinkHandler(messenger);
  const services: Services = {
    log,
    messenger,
    servers,
    guard,
    places,
    tokens,
    connector,
    consent,
    targets,
    serverFiles,
    serverFilesView,
    plans,
    history,
    jobs,
    jobsView,
    jobMemory: jobMemory(context.workspaceState),
    recentAddresses: recentAddresses(context.globalState),
    localServer,
    stateHome,
  };

  const connectShares = () => {
    if (vscode.workspace.isTrusted) for (const address of openedShares()) places.add(address);
  };
  // before VS Code can ask for files in them
  const shareRefresh = refreshWhenOnline(servers);
  connectShares();

  context.subscriptions.push(
    log,
    shareRefresh,
    serverFilesView,
    serverFiles,
    conflictsView,
    conflicts,
    targetsTree,
    history,
    historyTree,
    historyView,
    history.onDidChange(() => describeHistory(historyView, history)),
    ...followSelection(services, historyView),
    plans,
    planTree,
    planView,
    planView.onDidChangeCheckboxState(({ items }) => takeChoices(plans, items)),
    plans.onDidChange(() => describePlan(planView, plans)),
    jobs,
    jobsView,
    jobsTree,
    fileSystem,
    registerEmptyDocument(),
    registerTexts(),
    registerJobDocuments(servers),
    vscode.workspace.registerFileSystemProvider(SCHEME, fileSystem, { isCaseSensitive: true }),
    vscode.window.registerTreeDataProvider('syncline.targets', targetsTree),
    vscode.window.registerUriHandler(links),
    marks,
    decorations,
    new ProblemsPanel(targets),
    vscode.window.registerFileDecorationProvider(decorations),
    places.onDidChangeFolders(() => marks.serverChanged()),
    new StatusBar(targets, places, servers, guard),
    ...registerCommands(services),
    ...registerTools(services),
    ...followContextKeys(places, servers, targets, guard),
    ...followConnections(services, fileSystem),
    serverFilesMessage(serverFilesView, places, servers, guard),
    targets.onDidChange(() => {
      places.setTargets(targets.all.filter((target) => target.wantsConnection).map(({ address }) => address));
      conflictsView.badge = conflictBadge(conflictRows(targets).length);
    }),
    vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      if (uri.scheme !== 'file') return;
      targets.ofFile(uri.fsPath)?.notifySaved(uri.fsPath);
      marks.saved(uri.fsPath);
    }),
    ...followOwnChanges(targets),
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      connectShares();
      void targets.settle();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      places.restore();
      connectShares();
      void targets.reopen();
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('syncline.targets')) void targets.settle();
      if (change.affectsConfiguration('syncline.production')) guard.refresh();
      if (change.affectsConfiguration('syncline.autoSync'))
        for (const target of targets.all) void target.followSettings();
    }),
  );
  closing = async () => {
    await targets.close();
    servers.dispose();
    await localServer.stop();
  };
  if (vscode.workspace.isTrusted) places.restore();
  await targets.settle();
  if (localServer.servedBefore(servers.urls)) void run('startLocalServer');
  log.info(`Syncline ${manifest.version} is ready`);

  const onDidChangeTargets = new vscode.EventEmitter<void>();
  context.subscriptions.push(
    onDidChangeTargets,
    targets.onDidChange(() => onDidChangeTargets.fire()),
  );
  performance.measure('syncline/activate', { start: begun });
  return {
    apiVersion: 1,
    connect: async (text, token) => services.connector.connectWith(text, token),
    targets: () =>
      targets.all.map(({ folder, address, mode, status, isProduction, conflicts: open, outside }) => ({
        folder: folder.path,
        address: address.label,
        mode,
        status,
        isProduction,
        conflicts: open,
        outsideChanges: (outside?.all ?? []).map(({ id, from, to, steps }) => ({
          id,
          from,
          to,
          changes: steps.length,
        })),
      })),
    onDidChangeTargets: onDidChangeTargets.event,
    serverFiles,
    history: historyTree,
    plan: planTree,
    choosePlanRows: (rows, chosen) =>
      takeChoices(
        plans,
        rows.map((row) => [row, Number(chosen)]),
      ),
    jobs: jobsTree,
    openLink: (uri) => links.handleUri(uri),
  };
}

export async function deactivate(): Promise<void> {
  await closing?.();
  closing = undefined;
}
