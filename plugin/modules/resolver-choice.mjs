// SPDX-License-Identifier: MPL-2.0
// @ts-check

/**
 * What a host is told of the settings. Learning is told where it is switched off alone: a host that
 * was started with --no-learn keeps to that. So too with answers of the DNS, and --no-cache.
 * @param {Pick<import("./settings.mjs").Settings, "resolver" | "learnCiphers" | "cacheAnswers">}
 *   settings
 * @returns {{dns_servers?: string[], dns_recursive?: boolean, dns_engine?: string,
 *   dns_transport?: string, dns_deadline?: number, learn?: boolean, dns_cache?: boolean}}
 *   parameters of `configure`
 */
export function configureParams({ resolver, learnCiphers, cacheAnswers }) {
  return {
    ...resolverParams(resolver),
    ...(learnCiphers ? {} : { learn: false }),
    ...(cacheAnswers ? {} : { dns_cache: false }),
  };
}

/** @param {import("./settings.mjs").ResolverSettings} resolver */
function resolverParams({ mode, servers, engine, transport, deadline }) {
  const params = {
    ...(engine ? { dns_engine: engine } : {}),
    ...(transport ? { dns_transport: transport } : {}),
    ...(deadline ? { dns_deadline: deadline } : {}),
  };
  if (mode === "system") {
    return params;
  }
  const isRecursive = mode === "recursive";
  return { dns_servers: isRecursive ? [] : servers, dns_recursive: isRecursive, ...params };
}

/**
 * @param {string} text addresses, separated by white space, commas or semicolons
 * @returns {string[]}
 */
export function parseServers(text) {
  return text.split(/[\s,;]+/).filter(Boolean);
}

/**
 * Which of these can't be asked over TLS, as there is no name that their certificates have to have.
 * @param {string[]} servers
 */
export function nameless(servers) {
  return servers.filter((server) => !/#./.test(server));
}

/** Which name servers are asked: tried at the host before it is kept. */
export class ResolverChoice {
  #bridge;
  #settings;

  /**
   * @param {import("./bridge.mjs").Bridge} bridge
   * @param {import("./settings.mjs").SettingsStore} settings
   */
  constructor(bridge, settings) {
    this.#bridge = bridge;
    this.#settings = settings;
  }

  /**
   * Rejects with the host's fault, e.g. "dns-server-malformed"; nothing has changed then.
   * @param {import("./settings.mjs").ResolverSettings} resolver
   */
  async choose(resolver) {
    const { learnCiphers, cacheAnswers } = await this.#settings.read();
    const params = configureParams({ resolver, learnCiphers, cacheAnswers });
    await this.#bridge.send("configure", params);
    await this.#settings.change({ resolver });
    await this.#bridge.reconfigure();
  }

  /**
   * Asks for a name whose answer is known, through what is chosen now.
   * @returns {Promise<{works: boolean, outcome: string, detail: string}>} `outcome` is that of
   *   the DNS (PROTOCOL.md, Lookup), or "failed"
   */
  async test() {
    await this.#bridge.send("flush");
    const { checks } = (await this.#bridge.send("doctor")).result;
    const { works, detail } = checks.find((one) => one.check === "dnssec");
    return { works, detail, outcome: works ? "secure-denial" : outcomeOf(detail) };
  }
}

/** The outcome that doctor's detail names: "the answer for NAME is bogus: why". */
export function outcomeOf(detail) {
  const match = / is (secure-records|insecure|bogus|indeterminate|unreachable)\b/.exec(detail);
  return match ? match[1] : "failed";
}
