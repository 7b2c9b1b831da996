import WebSocket from 'ws';
import { transportSuite } from '../../src/simulation/transport-suite.js';
import { ws as browserWs } from '../../transports/ws/index.browser.js';
import { ws } from '../../transports/ws/index.js';

describe('with the WebSocket of a platform', () => {
  const platform = globalThis as { WebSocket?: unknown };
  let before: unknown;

  beforeEach(() => {
    before = platform.WebSocket;
    platform.WebSocket = WebSocket;
  });
  afterEach(() => {
    platform.WebSocket = before;
  });

  transportSuite({ describe, it }, () => browserWs(), { name: 'ws in a browser', listener: () => ws() });
});
