import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, type CommonRedisOptions } from 'ioredis';

/** Where one node of a cluster listens. */
export interface NodeAddress {
  readonly host: string;
  readonly port: number;
}

type ConnectorClass = NonNullable<CommonRedisOptions['Connector']>;

/** How long a node may take to say goodbye. */
const DISCONNECT_TIMEOUT_MS = 2_000;

/**
 * Makes what a plain connection opens its sockets with when any node will do: each attempt goes to the node that
 * is picked for it. A subscription is one, because a cluster hands what is published to all of its nodes.
 *
 * @param pick - names the node for the next attempt
 */
export function connectToAnyNode(pick: () => NodeAddress, isEncrypted: boolean): ConnectorClass {
  return class extends AbstractConnector {
    constructor() {
      super(DISCONNECT_TIMEOUT_MS);
    }

    override connect(): Promise<AbstractConnector['stream']> {
      this.connecting = true;
      const { host, port } = pick();
      this.stream = isEncrypted ? connectTls({ host, port }) : connectTcp({ host, port });
      this.stream.once('error', (error: Error) => {
        this.firstError = error;
      });
      return Promise.resolve(this.stream);
    }
  };
}
