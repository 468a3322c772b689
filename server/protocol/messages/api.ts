import * as compute from './compute.ts';
import * as content from './content.ts';
import * as files from './files.ts';
import * as jobs from './jobs.ts';
import type { NotificationMessage, ParamsOf, RequestMessage, ResultOf } from './message.ts';
import * as session from './session.ts';

/** The whole wire on one screen. Everything that can be asked of a server, and who may notify whom of what. */
export const requestsToServer = {
  hello: session.hello,
  probe: session.probe,
  filesList: files.list,
  filesStat: files.stat,
  filesChanges: files.changes,
  filesWatch: files.watch,
  filesUnwatch: files.unwatch,
  filesCommit: files.commit,
  filesHistory: files.history,
  filesRestore: files.restore,
  filesPast: files.past,
  filesPurge: files.purge,
  filesVerify: files.verify,
  contentMissing: content.missing,
  contentLocate: content.locate,
  contentUpload: content.upload,
  contentDownload: content.download,
  computeAdd: compute.add,
  computeSort: compute.sort,
  computeSortNumbers: compute.sortNumbers,
  jobsOperations: jobs.operations,
  jobsSubmit: jobs.submit,
  jobsGet: jobs.get,
  jobsResult: jobs.result,
  jobsParams: jobs.params,
  jobsCancel: jobs.cancel,
  jobsList: jobs.list,
  jobsRemove: jobs.remove,
  jobsWatch: jobs.watch,
} as const satisfies Record<string, RequestMessage>;

export const requestsToClient = { probe: session.probe } as const satisfies Record<string, RequestMessage>;

export const notificationsToServer = { credit: content.credit, cancel: content.cancel } as const satisfies Record<
  string,
  NotificationMessage
>;

export const notificationsToClient = {
  credit: content.credit,
  cancel: content.cancel,
  progress: session.progress,
  filesDidChange: files.didChange,
  jobsDidChange: jobs.didChange,
} as const satisfies Record<string, NotificationMessage>;

type Requests = Readonly<Record<string, RequestMessage>>;
type Notifications = Readonly<Record<string, NotificationMessage>>;

/** A handler for every request of a map: leaving one out does not compile. `C` is what a handler is told beside the params. */
export type RequestHandlers<M extends Requests, C> = {
  readonly [K in keyof M]: (params: ParamsOf<M[K]>, context: C) => Promise<ResultOf<M[K]>>;
};

export type NotificationHandlers<M extends Notifications> = {
  readonly [K in keyof M]: (params: ParamsOf<M[K]>) => void;
};
