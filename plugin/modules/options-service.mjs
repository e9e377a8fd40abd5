// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { examineProgram, examineThunderbird, homeOf, reportText } from "./doctor.mjs";
import { lookAtHost } from "./host-state.mjs";
import { KeySetup } from "./key-setup.mjs";
import { KeyStorePassword } from "./key-store.mjs";
import { LearnedCiphers } from "./learned-ciphers.mjs";
import { Publishing } from "./publishing.mjs";
import { ResolverChoice } from "./resolver-choice.mjs";
import { RememberedAnswers } from "./remembered-answers.mjs";

/**
 * What the options page asks the background for, by topics "options/…".
 * @typedef {object} Surroundings
 * @property {import("./bridge.mjs").Bridge} bridge
 * @property {import("./settings.mjs").SettingsStore} settings
 * @property {import("./own-keys.mjs").OwnKeys} ownKeys
 * @property {import("./kept-subjects.mjs").KeptSubjects} subjects
 * @property {DaneKeys} hooks
 * @property {{[shim: string]: {features: () => Promise<HookFeatures>}}} shims all of ui-hooks
 * @property {() => Promise<any[]>} listAccounts accounts.list()
 * @property {string} version of the add-on
 */

/**
 * @param {import("./router.mjs").Router} router
 * @param {Surroundings} surroundings
 */
export function serveOptions(router, surroundings) {
  const { bridge, hooks } = surroundings;
  router.on("options/host", () => lookAtHost(bridge, hooks));
  serveSettings(router, surroundings);
  serveKeys(router, surroundings);
  servePublishing(router, surroundings);
  servePassword(router, surroundings);
  serveDoctor(router, surroundings);
}

function serveSettings(router, { bridge, settings, subjects }) {
  const resolver = new ResolverChoice(bridge, settings);
  router.on("options/settings", () => settings.read());
  router.on("options/change", ({ changes }) => settings.change(changes));
  router.on("options/change-identity", ({ id, changes }) => settings.changeIdentity(id, changes));
  router.on("options/resolver", ({ choice }) => resolver.choose(choice));
  router.on("options/resolver-test", () => resolver.test());
  const learned = new LearnedCiphers(bridge, settings);
  router.on("options/learn", ({ on }) => learned.learn(on));
  router.on("options/forget-learned", () => learned.forget());
  const answers = new RememberedAnswers(bridge, settings);
  router.on("options/cache", ({ on }) => answers.keep(on));
  router.on("options/forget-answers", () => answers.forget());
  router.on("options/keep-subjects", ({ on }) => subjects.choose(on));
}

function serveKeys(router, { bridge, settings, ownKeys, hooks, listAccounts }) {
  const setup = new KeySetup(bridge, ownKeys, hooks);
  router.on("options/identities", () => listIdentities(listAccounts, settings));
  router.on("options/keys", () => {
    ownKeys.forget();
    return ownKeys.list();
  });
  router.on("options/create", ({ wanted }) => setup.create(wanted));
  router.on("options/import", ({ octets, password }) => setup.importFile(octets, password));
  router.on("options/list-own", () => hooks.listOwn());
  router.on("options/take-over", ({ id }) => setup.takeOver(id));
  router.on("options/back-up", ({ sha256, password }) => setup.backUp(sha256, password));
  router.on("options/delete", ({ sha256 }) => setup.remove(sha256));
}

function servePublishing(router, { bridge }) {
  const publishing = new Publishing(bridge);
  router.on("options/record", ({ choice }) => publishing.line(choice));
  router.on("options/published", ({ key }) => publishing.check(key));
}

function servePassword(router, { bridge }) {
  const store = new KeyStorePassword(bridge);
  router.on("options/store", () => store.look());
  router.on("options/password", ({ passwords }) => store.change(passwords));
  router.on("options/lock", () => store.lock());
  router.on("options/unlock", () => store.unlock());
}

function serveDoctor(router, { bridge, hooks, shims, version }) {
  router.on("options/examine-program", () => examineProgram(bridge));
  router.on("options/examine-thunderbird", () => examineThunderbird(shims));
  router.on("options/report", async ({ findings, host }) => {
    const environment = await hooks.environment();
    const facts = {
      "add-on": version,
      Thunderbird: environment.version,
      sandbox: environment.sandbox,
      program: host,
    };
    return reportText(findings, facts, homeOf(environment.manifestFolders));
  });
}

/**
 * @param {() => Promise<any[]>} listAccounts
 * @param {import("./settings.mjs").SettingsStore} settings
 */
async function listIdentities(listAccounts, settings) {
  const identities = (await listAccounts()).flatMap((account) => account.identities ?? []);
  return Promise.all(
    identities
      .filter(({ email }) => email)
      .map(async ({ id, email, name, label }) => {
        const defaults = await settings.identity(id);
        return { id, email, name: name ?? "", label: label ?? "", ...defaults };
      }),
  );
}
