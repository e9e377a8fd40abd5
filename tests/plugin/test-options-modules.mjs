// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Bridge } from "../../plugin/modules/bridge.mjs";
import { BridgeClient } from "../../plugin/modules/bridge-client.mjs";
import { examineThunderbird, homeOf, reportText } from "../../plugin/modules/doctor.mjs";
import { BridgeError } from "../../plugin/modules/errors.mjs";
import { openOnce } from "../../plugin/modules/first-run.mjs";
import { judgeManifests, lookAtHost } from "../../plugin/modules/host-state.mjs";
import { KeySetup, daysOf } from "../../plugin/modules/key-setup.mjs";
import { KeyStorePassword } from "../../plugin/modules/key-store.mjs";
import { serveOptions } from "../../plugin/modules/options-service.mjs";
import { OwnKeys } from "../../plugin/modules/own-keys.mjs";
import { LearnedCiphers } from "../../plugin/modules/learned-ciphers.mjs";
import { Publishing, judgeCheck } from "../../plugin/modules/publishing.mjs";
import {
  ResolverChoice,
  nameless,
  outcomeOf,
  parseServers,
} from "../../plugin/modules/resolver-choice.mjs";
import { Router, makeAsk } from "../../plugin/modules/router.mjs";
import { SettingsStore } from "../../plugin/modules/settings.mjs";
import { camel } from "../../plugin/modules/words.mjs";
import { FakeHost, FakeTimers, fakeStorage, fault } from "./fake-host.mjs";

const FOLDERS = ["/h/.mozilla/native-messaging-hosts", "/usr/lib/mozilla/native-messaging-hosts"];
const texts = JSON.parse(
  readFileSync(new URL("../../plugin/_locales/en/messages.json", import.meta.url), "utf8"),
);

function setUp(handlers = {}) {
  const host = new FakeHost(handlers);
  const settings = new SettingsStore(fakeStorage());
  const client = new BridgeClient(host.connect, new FakeTimers());
  const bridge = new Bridge(client, settings, async () => null);
  return { host, settings, bridge };
}

/** daneKeys of a Thunderbird, with what it finds. */
function fakeHooks({ sandbox = "none", manifests = [], own = {} } = {}) {
  return {
    features: async () => ({ prompt: true }),
    promptPassword: async () => null,
    environment: async () => ({ sandbox, manifestFolders: FOLDERS, version: "153.0" }),
    inspectManifests: async () => manifests,
    listOwn: async () => Object.keys(own).map((id) => ({ id })),
    exportOwn: async (id, password) => own[id](password),
  };
}

function manifest(folder, facts = {}) {
  const path = `${folder}/dane_smime.json`;
  const program = "/opt/dane-smime-host";
  return { path, state: "present", program, executable: true, allowed: true, ...facts };
}

test("first run: the page is opened once, also if that fails", async () => {
  const { settings } = setUp();
  let opened = 0;
  const open = async () => {
    opened++;
    throw new Error("no window");
  };
  await assert.rejects(openOnce(settings, open), /no window/);
  assert.equal(await openOnce(settings, open), false);
  assert.equal(opened, 1);
});

test("host: ready", async () => {
  const { bridge } = setUp({ hello: () => ({ protocol: 1, version: "0.1.0" }) });
  const state = await lookAtHost(bridge, fakeHooks());
  assert.equal(state.ready, true);
  assert.equal(state.about.version, "0.1.0");
});

const OBSTACLES = {
  "another protocol": [{ hello: () => ({ protocol: 2 }) }, {}, "outdated"],
  "no configure": [
    {
      configure: () => {
        throw fault("request-unknown");
      },
    },
    {},
    "outdated",
  ],
  "another fault": [
    {
      hello: () => {
        throw fault("key-store-failed");
      },
    },
    {},
    "other",
  ],
};
for (const [name, [handlers, found, wanted]] of Object.entries(OBSTACLES)) {
  test(`host: ${name} is "${wanted}"`, async () => {
    const { bridge } = setUp(handlers);
    const { ready, obstacle } = await lookAtHost(bridge, fakeHooks(found));
    assert.equal(ready, false);
    assert.equal(obstacle.code, wanted);
    assert.ok(texts[`options_remedy_${camel(wanted)}`]);
  });
}

const MISSING = {
  "not-installed": [],
  "manifest-elsewhere": [manifest("/usr/local/lib/mozilla/native-messaging-hosts")],
  "manifest-broken": [manifest(FOLDERS[0], { state: "broken" })],
  "manifest-foreign": [manifest(FOLDERS[1], { allowed: false })],
  "program-missing": [manifest(FOLDERS[0], { executable: false })],
  "program-fails": [manifest(FOLDERS[0])],
};
for (const [wanted, manifests] of Object.entries(MISSING)) {
  test(`host: ${wanted} is found out, and has words for cause and remedy`, async () => {
    const bridge = {
      send: async () => {
        throw new BridgeError("host-missing", "No such native application dane_smime");
      },
    };
    const { obstacle } = await lookAtHost(bridge, fakeHooks({ manifests }));
    assert.equal(obstacle.code, wanted);
    assert.equal(obstacle.fault, "host-missing");
    assert.ok(texts[`options_cause_${camel(wanted)}`]);
    assert.ok(texts[`options_remedy_${camel(wanted)}`]);
  });
}

for (const sandbox of ["snap", "flatpak"]) {
  test(`host: in a ${sandbox} the sandbox is what is told`, async () => {
    const bridge = {
      send: async () => {
        throw new BridgeError("host-missing", "No such native application dane_smime");
      },
    };
    const { obstacle } = await lookAtHost(bridge, fakeHooks({ sandbox }));
    assert.equal(obstacle.code, sandbox);
    assert.ok(texts[`options_remedy_${sandbox}`]);
  });
}

test("host: a good manifest counts beside a broken one, and paths are quoted for a shell", () => {
  const both = [manifest(FOLDERS[0], { state: "broken" }), manifest(FOLDERS[1])];
  assert.equal(judgeManifests(both, FOLDERS).code, "program-fails");
  const odd = manifest(FOLDERS[0], { program: "/o'e f/host" });
  assert.deepEqual(judgeManifests([odd], FOLDERS).commands, ["'/o'\\''e f/host' --version"]);
});

test("keys: years become days within the host's limits", () => {
  assert.deepEqual([0, 1, 3, 1000].map(daysOf), [1, 365, 1096, 36500]);
});

test("keys: created and deleted; who keeps a list of keys is told", async () => {
  const { host, bridge } = setUp({
    keygen: () => ({ certificate: { sha256: "ab" } }),
    keys: () => ({ keys: [] }),
  });
  const ownKeys = new OwnKeys(bridge);
  const setup = new KeySetup(bridge, ownKeys, fakeHooks());
  await ownKeys.list();
  const wanted = { address: "a@example.org", name: "", kind: "p-256", years: 2 };
  assert.deepEqual(await setup.create(wanted), { sha256: "ab" });
  await ownKeys.list();
  await setup.remove("ab");
  const keygen = host.requests.find(({ op }) => op === "keygen");
  const params = { address: "a@example.org", name: null, algorithm: "p-256", days: 731 };
  assert.deepEqual(keygen.params, params);
  assert.equal(host.operations.filter((op) => op === "keys").length, 2);
  assert.deepEqual(host.requests.at(-1).params, { sha256: "ab" });
});

test("keys: taken over under a password that is random each time", async () => {
  const passwords = [];
  const own = {
    x: (password) => {
      passwords.push(password);
      return Uint8Array.of(1, 2, 3).buffer;
    },
  };
  const { host, bridge } = setUp({ import: () => ({ keys: 1, new_keys: 1, imported: [] }) });
  const setup = new KeySetup(bridge, new OwnKeys(bridge), fakeHooks({ own }));
  await setup.takeOver("x");
  await setup.takeOver("x");
  const imports = host.requests.filter(({ op }) => op === "import");
  assert.deepEqual(
    imports.map(({ params }) => params.password),
    passwords,
  );
  assert.ok(passwords[0].length >= 32 && passwords[0] !== passwords[1]);
  assert.equal(imports[0].params.octets, "AQID");
});

test("keys: what fails while taking over reaches nobody's key store", async () => {
  const own = {
    x: () => {
      throw new Error("exportPKCS12File() says 2");
    },
  };
  const { host, bridge } = setUp();
  const setup = new KeySetup(bridge, new OwnKeys(bridge), fakeHooks({ own }));
  await assert.rejects(setup.takeOver("x"), /says 2/);
  assert.ok(!host.operations.includes("import"));
});

test("password: to change one is to know it; a wrong one is no prompt", async () => {
  let password = "old";
  const { host, bridge } = setUp({
    hello: () => ({ key_store: { has_password: password !== null } }),
    unlock: (params) => {
      if (params.password !== password) {
        throw fault("key-locked");
      }
    },
    password: (params) => {
      password = params.password ?? null;
      return { has_password: password !== null };
    },
  });
  const store = new KeyStorePassword(bridge);
  await assert.rejects(store.change({ current: "wrong", wanted: "new" }), { code: "key-locked" });
  assert.equal(password, "old");
  await store.change({ current: "old", wanted: "new" });
  await store.change({ current: "new", wanted: null });
  assert.equal(password, null);
  await store.change({ current: "", wanted: "first" });
  assert.equal(password, "first");
  assert.equal(host.operations.filter((op) => op === "unlock").length, 3);
});

const ours = { usable: true, certificate: { sha256: "aa" } };
const other = { usable: true, certificate: { sha256: "bb" } };
const digest = { usable: true, certificate: null };
const CHECKS = [
  ["secure-records", { published: true, records: [ours] }, "live"],
  ["secure-records", { records: [other, ours] }, "live"],
  ["secure-records", { records: [other] }, "other"],
  ["secure-records", { records: [digest] }, "other"],
  ["secure-records", { records: [{ usable: false }] }, "unusable"],
  ["secure-denial", { records: [] }, "absent"],
  ["insecure", { found: true, records: [ours] }, "unsigned-found"],
  ["insecure", { found: false, records: [] }, "unsigned"],
  ["bogus", { records: [] }, "bogus"],
  ["indeterminate", { records: [] }, "indeterminate"],
  ["unreachable", { records: [] }, "unreachable"],
];
for (const [dns, check, wanted] of CHECKS) {
  test(`published: ${dns} with ${check.records.length} records is ${wanted}, with words`, () => {
    assert.equal(judgeCheck({ dns, ...check }, "aa"), wanted);
    assert.ok(texts[`options_live_${camel(wanted)}`]);
    assert.ok(wanted === "live" || texts[`options_advice_${camel(wanted)}`]);
  });
}

/** A DNS that has one record of our certificate, in one form. */
function published(form, others = []) {
  return setUp({
    export: () => ({ bodies: [{ octets: 1, inline: "AQ==" }] }),
    record: ({ matching_type: matching, check }) => {
      const isIt = form === matching;
      const records = [...others, ...(form === 0 ? [ours] : [digest])];
      const found = { dns: "secure-records", published: isIt, found: isIt, records, ttl: 60 };
      const line = { line: `SMIMEA 3 0 ${matching}`, owner_name: "x", check: check ? found : null };
      return { lines: [line] };
    },
  });
}

test("published: the line of each form", async () => {
  const { bridge } = published(0);
  const publishing = new Publishing(bridge);
  const choice = { sha256: "aa", address: "a@example.org", generic: false };
  assert.equal((await publishing.line({ ...choice, content: "certificate" })).line, "SMIMEA 3 0 0");
  assert.equal((await publishing.line({ ...choice, content: "digest" })).line, "SMIMEA 3 0 1");
});

test("published: old answers are forgotten before the check, and others are counted", async () => {
  const { host, bridge } = published(0, [other, other]);
  const key = { sha256: "aa", address: "a@example.org" };
  const { outcome, others } = await new Publishing(bridge).check(key);
  assert.deepEqual([outcome, others], ["live", 2]);
  assert.ok(host.operations.indexOf("flush") < host.operations.indexOf("record"));
});

test("published: a digest alone is found as such", async () => {
  const { bridge } = published(1);
  const key = { sha256: "aa", address: "a@example.org" };
  assert.equal((await new Publishing(bridge).check(key)).outcome, "live-digest");
});

test("resolver: addresses as people write them", () => {
  const wanted = ["9.9.9.9", "192.0.2.1@53", "::1"];
  assert.deepEqual(parseServers(" 9.9.9.9,\n192.0.2.1@53; ::1 "), wanted);
  assert.deepEqual(parseServers("\n"), []);
});

test("resolver: which servers TLS can't check", () => {
  assert.deepEqual(nameless(["9.9.9.9#dns.example", "192.0.2.1@853", "::1#"]), [
    "192.0.2.1@853",
    "::1#",
  ]);
});

test("resolver: nothing is kept that the host refuses", async () => {
  const { bridge, settings } = setUp({
    configure: ({ dns_servers: servers = [] }) => {
      if (servers.includes("nonsense")) {
        throw fault("dns-server-malformed");
      }
    },
  });
  const resolver = new ResolverChoice(bridge, settings);
  const wrong = { mode: "servers", servers: ["nonsense"] };
  await assert.rejects(resolver.choose(wrong), { code: "dns-server-malformed" });
  assert.equal((await settings.read()).resolver.mode, "system");
  await resolver.choose({ mode: "recursive", servers: [] });
  assert.equal((await settings.read()).resolver.mode, "recursive");
});

test("resolver: another one does not switch learning on again", async () => {
  const { bridge, settings, host } = setUp();
  await settings.change({ learnCiphers: false });
  await new ResolverChoice(bridge, settings).choose({ mode: "recursive", servers: [] });
  const told = host.requests.filter(({ op }) => op === "configure").map(({ params }) => params);
  assert.ok(told.every(({ learn }) => learn === false));
});

test("learned ciphers: switched off at a host that runs, and forgotten", async () => {
  const { bridge, settings, host } = setUp({
    peers: () => ({ peers: [], forgotten: 2 }),
    seen: () => ({ seen: [], forgotten: 3 }),
  });
  await bridge.send("hello");
  const learned = new LearnedCiphers(bridge, settings);
  await learned.learn(false);
  assert.equal((await settings.read()).learnCiphers, false);
  assert.deepEqual(host.requests.at(-1).params, { learn: false });
  assert.equal(await learned.forget(), 5);
  assert.deepEqual(host.operations.slice(-2), ["peers", "seen"]);
  for (const { params } of host.requests.slice(-2)) {
    assert.deepEqual(params, { forget: true });
  }
});

test("learned ciphers: the choice is kept where the host can't be told", async () => {
  let fails = true;
  const { bridge, settings, host } = setUp({
    configure: () => {
      if (fails) {
        throw fault("crypto-failed");
      }
    },
  });
  await new LearnedCiphers(bridge, settings).learn(false);
  fails = false;
  await bridge.send("hello");
  assert.deepEqual(host.operations, ["configure", "configure", "hello"]);
  assert.deepEqual(host.requests[1].params, { learn: false });
});

for (const [detail, wanted] of [
  ["the answer for _smimecert.arpa is unreachable: timeout", "unreachable"],
  ["the answer for _smimecert.arpa is bogus", "bogus"],
  ["the answer for _smimecert.arpa is insecure", "insecure"],
  ["dane-smime-resolver can't be started", "failed"],
]) {
  test(`resolver: the test's outcome ${wanted} has words`, () => {
    assert.equal(outcomeOf(detail), wanted);
    assert.ok(texts[`options_resolverIs_${wanted}`]);
  });
}

test("doctor: a shim that fails is a finding; a missing card mark is no harm", async () => {
  const findings = await examineThunderbird({
    list: { features: async () => ({ column: true, cards: false }) },
    verdict: {
      features: async () => {
        throw new Error("no such window");
      },
    },
  });
  assert.deepEqual(
    findings.map(({ check, works, needed }) => [check, works, needed]),
    [
      ["list-column", true, true],
      ["list-cards", false, false],
      ["verdict-all", false, true],
    ],
  );
});

test("doctor: the report hides the user's folder", () => {
  const home = homeOf(["/h/ann/.mozilla/native-messaging-hosts"]);
  assert.equal(home, "/h/ann");
  assert.equal(homeOf([]), "");
  const finding = { group: "program", check: "key-store", works: false, needed: true };
  const findings = [{ ...finding, detail: "/h/ann/keys: none" }];
  const text = reportText(findings, { Thunderbird: "1" }, home);
  assert.equal(text, "Thunderbird: 1\n\nFAIL program/key-store  ~/keys: none");
});

test("service: every topic answers", async () => {
  const { bridge, settings, host } = setUp({
    doctor: () => ({ checks: [{ check: "dnssec", works: true, needed: true, detail: "" }] }),
    hello: () => ({ protocol: 1, key_store: { has_password: false } }),
    keys: () => ({ keys: [{ sha256: "aa" }] }),
  });
  const router = new Router();
  serveOptions(router, {
    bridge,
    settings,
    ownKeys: new OwnKeys(bridge),
    hooks: fakeHooks(),
    shims: { keys: fakeHooks() },
    listAccounts: async () => [
      { identities: [{ id: "id1", email: "a@example.org", name: "A" }, { id: "id2", email: "" }] },
      {},
    ],
    version: "0.1.0",
  });
  const ask = makeAsk((message) => Promise.resolve(router.handle(message)));
  const [identity, ...more] = await ask("options/identities");
  assert.deepEqual(more, []);
  assert.deepEqual([identity.email, identity.sign], ["a@example.org", "always"]);
  assert.equal((await ask("options/host")).ready, true);
  assert.deepEqual(await ask("options/keys"), [{ sha256: "aa" }]);
  await ask("options/change", { changes: { acceptAuthorities: false } });
  await ask("options/change-identity", { id: "id1", changes: { sign: "never" } });
  assert.equal((await ask("options/identities"))[0].sign, "never");
  assert.equal((await ask("options/settings")).acceptAuthorities, false);
  assert.equal((await ask("options/resolver-test")).works, true);
  const findings = [
    ...(await ask("options/examine-program")),
    ...(await ask("options/examine-thunderbird")),
  ];
  assert.equal(findings.length, 2);
  assert.match(await ask("options/report", { findings, host: "0.1.0" }), /Thunderbird: 153.0/);
  assert.ok(!host.operations.includes("unlock"));
});
