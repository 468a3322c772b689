import { linkContract } from '../contract/link.ts';
import { byteStreamLinks } from '../support/byteStreamLinks.ts';
import { memoryLinks } from '../support/memoryLink.ts';
import { webSocketLinks } from '../support/webSocketLinks.ts';

linkContract('a link over a WebSocket', webSocketLinks);
linkContract('a link over a byte stream', byteStreamLinks);
linkContract('a link in memory', () => Promise.resolve(memoryLinks()));
