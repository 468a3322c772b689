import { shareContract } from '../contract/shareContract.ts';
import { openShare } from '../support/embeddedShare.ts';

shareContract('embedded', openShare);
