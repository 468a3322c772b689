import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';

/** A failure in the words of VS Code's file service, which decides by them what an editor offers. */
export function fileSystemError(error: unknown, uri: vscode.Uri): vscode.FileSystemError {
  const { code, message } = SynclineError.from(error);
  switch (code) {
    case 'NotFound':
      return vscode.FileSystemError.FileNotFound(uri);
    case 'AlreadyExists':
    case 'NameCollision':
      return vscode.FileSystemError.FileExists(uri);
    case 'NotAFile':
      return vscode.FileSystemError.FileIsADirectory(uri);
    case 'NotADirectory':
      return vscode.FileSystemError.FileNotADirectory(uri);
    case 'AccessDenied':
    case 'Forbidden':
    case 'IllegalPath':
      return vscode.FileSystemError.NoPermissions(message);
    case 'ConnectionFailed':
    case 'ConnectionLost':
    case 'DeadlineExceeded':
    case 'Unauthorized':
    case 'ServerStopping':
      return vscode.FileSystemError.Unavailable(message);
    default:
      return new vscode.FileSystemError(message);
  }
}
