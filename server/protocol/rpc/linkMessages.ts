import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageWriter,
} from 'vscode-jsonrpc/node';

/** Hands messages that have passed `readMessage` to vscode-jsonrpc. */
export class FedReader extends AbstractMessageReader {
  #callback: DataCallback | undefined;

  override listen(callback: DataCallback): Disposable {
    this.#callback = callback;
    return { dispose: () => (this.#callback = undefined) };
  }

  feed(message: Message): void {
    this.#callback?.(message);
  }
}

/** Passes every outgoing message to `send`. What `send` returns holds back whoever sent the message. */
export class SendingWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #send: (message: Message) => Promise<void>;

  constructor(send: (message: Message) => Promise<void>) {
    super();
    this.#send = send;
  }

  write(message: Message): Promise<void> {
    return this.#send(message);
  }

  end(): void {}
}
