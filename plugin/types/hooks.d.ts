// SPDX-License-Identifier: MPL-2.0
/*
 * The Experiment namespaces of ui-hooks/, as the add-on's modules see them. They carry plain data:
 * every text arrives ready to be shown, and every decision has been taken.
 *
 * A message is named by its message URI ("mailbox-message://…#12", "imap-message://…#7", or the
 * "file:///…eml?…" and "mailbox:///…?part=1.2…" of messages that are in no folder): the value of
 * gMessageURI of the window that shows it.
 */

/** What a shim found in this Thunderbird. Each namespace answers `features()`. */
interface HookFeatures {
  /** By name of the feature: works here or not. */
  [feature: string]: boolean;
}

interface HookEvent<Listener> {
  addListener(listener: Listener): void;
  removeListener(listener: Listener): void;
  hasListener(listener: Listener): boolean;
}

/** A bar with buttons, in a compose window or above a message. The same `id` replaces. */
interface Bar {
  id: string;
  text: string;
  level: "info" | "warning" | "critical";
  buttons: { id: string; label: string; accessKey?: string }[];
}

/** Long work, shown in a status bar; a `fraction` of null is of unknown length. */
interface Progress {
  text: string;
  fraction: number | null;
  /** Label of a button that cancels; absent: it can't be cancelled. */
  cancelLabel?: string;
}

/* ---- ui-hooks/outgoing ------------------------------------------------------------------- */

interface Protection {
  sign: boolean;
  encrypt: boolean;
}

/** … of a compose window, with what a draft of it needs to know. */
interface WindowProtection extends Protection {
  /** Encryption may still come on: drafts are encrypted already. */
  encryptDrafts: boolean;
  /** What the user has switched off: a draft that is opened again leaves it off. */
  declined: ("sign" | "encrypt")[];
}

/**
 * A message that Thunderbird has written to a file and is about to deliver or to store. Drafts and
 * templates come only if they are to be encrypted (their window wants encryption or may come to want
 * it, their identity encrypted drafts, and the user has not said otherwise); others are saved as they
 * are.
 */
interface OutgoingJob {
  job: number;
  tabId: number;
  /** Path of the whole message, CRLF, with Bcc. What it holds when the listener is done goes on. */
  file: string;
  octets: number;
  /**
   * Paths for copies that blind recipients get, as many as there are blind recipients. What is
   * written there is sent to one each; all are removed afterwards.
   */
  bccFiles: string[];
  /** Blind recipients that still have to get it (not those of an earlier, half-failed try). */
  bcc: string[];
  mode: "now" | "later" | "draft" | "template";
  /** Nobody asked for it to be saved now: nothing should be asked of the user. */
  autoSave: boolean;
  /** It goes to newsgroups, too. */
  newsgroups: boolean;
  protection: Protection;
  /** WebExtension id of the identity, e.g. "id1". */
  identityId: string;
  /** addr-spec of From. */
  from: string;
}

/**
 * `copies` are the addresses for bccFiles, in their order. `text` is shown in a bar; null: nothing
 * is, the user knows. Buttons come back through onBarButton.
 */
type OutgoingOutcome =
  | { done: true; copies: string[] }
  | { done: false; text: string | null; buttons?: Bar["buttons"] };

interface DaneOutgoing {
  /** `messageFile`: the hook itself; `bccCopies`, `sendLater`: encrypted mail with Bcc. */
  features(): Promise<HookFeatures>;
  /**
   * Sets what a compose window wants. The window holds it itself: an add-on that is disabled or
   * updated meanwhile leaves a guard that stops the sending of a window that wants protection.
   */
  setProtection(tabId: number, protection: WindowProtection): Promise<void>;
  getProtection(tabId: number): Promise<Protection>;
  /** Texts of what the shim must say when the add-on can't: guard, hook missing, Bcc outcomes. */
  setTexts(texts: OutgoingTexts): Promise<void>;
  /** Octets of the job's file, for hosts that can't see it. At most 1 MiB at a time. */
  readFile(job: number, offset: number, length: number): Promise<ArrayBuffer>;
  /** `index` 0 is the message, 1… the copies. The first piece of a file empties it. */
  writeFile(job: number, index: number, data: ArrayBuffer, first: boolean): Promise<void>;
  /**
   * A window is about to be saved: the listener's promise is fulfilled when setProtection() has
   * been called for what the window is now. It holds up the saving.
   */
  onBeforeSave: HookEvent<(tabId: number) => Promise<void>>;
  /** The listener's promise holds up the sending. A job without a listener is refused. */
  onMessageFile: HookEvent<(job: OutgoingJob) => Promise<OutgoingOutcome>>;
  /** A button of an outcome's was pressed. */
  onBarButton: HookEvent<(tabId: number, button: string) => void>;
}

interface OutgoingTexts {
  /** The add-on is gone or does not answer while a window wants protection. */
  addOnGone: string;
  /** Thunderbird lacks what the hook needs. */
  unavailable: string;
  /** "$SENT" and "$FAILED" stand for addresses; "$REASON" for the server's words. */
  bccPartlySent: string;
  /** The same where nobody has it yet, without "$SENT". */
  bccNotSent: string;
  /** Label of the button that saves a draft that can't be encrypted as it is. */
  savePlain: string;
}

/* ---- ui-hooks/compose -------------------------------------------------------------------- */

interface ComposeRecipient {
  address: string;
  field: "to" | "cc" | "bcc";
}

interface ComposeWindow {
  tabId: number;
  identityId: string;
  from: string;
  kind:
    | "new"
    | "reply"
    | "forward"
    | "redirect"
    | "draft"
    | "template"
    | "edit-as-new"
    | "other";
  /** Whom a reply goes to; null: no reply, or one to a newsgroup. */
  repliesTo: "sender" | "all" | "list" | null;
  /** Message URIs of what is answered or forwarded, or of the draft. */
  originals: string[];
  /** Message URI of the draft or template that is edited. */
  draft: string | null;
  subject: string;
  /** Thunderbird knows that one of them was encrypted: it was shown, or quoted, decrypted. */
  encryptedOriginal: boolean;
  /** What the user had chosen, or was on, when the draft was saved; null: no such draft. */
  saved: Partial<Protection> | null;
  recipients: ComposeRecipient[];
  /** Addresses that the identity's settings put into each message, in Cc or Bcc. */
  automatic: string[];
}

interface Mailbox {
  name: string;
  email: string;
}

/** What of a header decides what an answer says, and to whom it goes; decoded. */
interface ComposeFields {
  subject: string;
  /** As it stands there. */
  date: string;
  from: Mailbox[];
  replyTo: Mailbox[];
  mailReplyTo: Mailbox[];
  followupTo: Mailbox[];
  to: Mailbox[];
  cc: Mailbox[];
  bcc: Mailbox[];
}

/** `quoted`: fields that Thunderbird has written into the text, above what it quotes. */
type ComposeChanges = Partial<
  Pick<ComposeFields, "subject" | "to" | "cc" | "bcc" | "replyTo"> & {
    quoted: { outer: ComposeFields; inner: ComposeFields };
  }
>;

interface Pill {
  state: "ready" | "missing" | "unknown" | "looking";
  tooltip: string;
}

interface DaneCompose {
  features(): Promise<HookFeatures>;
  /** State of one window, and of all that are open (after a restart of the event page). */
  describe(tabId: number): Promise<ComposeWindow>;
  list(): Promise<ComposeWindow[]>;
  /** By address, lower-case domain as typed elsewhere; addresses that are missing lose theirs. */
  setPills(tabId: number, pills: { [address: string]: Pill }): Promise<void>;
  setProgress(tabId: number, progress: Progress | null): Promise<void>;
  showBar(tabId: number, bar: Bar): Promise<void>;
  hideBar(tabId: number, id: string): Promise<void>;
  /** The fields outside of a stored message; rejects where they can't be read. */
  readFields(uri: string): Promise<ComposeFields>;
  /** The same of fields that were read elsewhere: values are unfolded. */
  decodeFields(fields: { name: string; value: string }[]): Promise<ComposeFields>;
  /** Fills fields in; others stay. The window does not count as changed for it. */
  setFields(tabId: number, fields: ComposeChanges): Promise<void>;
  /** Takes an address out of To, Cc and Bcc. */
  removeRecipient(tabId: number, address: string): Promise<void>;
  /** Switches the built-in S/MIME and OpenPGP off for this window. */
  disableBuiltIn(tabId: number): Promise<void>;
  /** A compose window is ready; also for windows that are reused. */
  onOpened: HookEvent<(window: ComposeWindow) => void>;
  /** Recipients or sender changed; comes when typing pauses for 50 ms. */
  onChanged: HookEvent<(window: ComposeWindow) => void>;
  onClosed: HookEvent<(tabId: number) => void>;
  onBarButton: HookEvent<(tabId: number, bar: string, button: string) => void>;
  onCancelled: HookEvent<(tabId: number) => void>;
}

/* ---- ui-hooks/incoming ------------------------------------------------------------------- */

/** What the content handler shows in place of a CMS part. */
interface PartContent {
  /** MIME entity: Content-* fields, blank line, body, CRLF; null: `failure` is shown. */
  entity: ArrayBuffer | null;
  /** There was an envelope: remote content stays blocked, replies are encrypted. */
  encrypted: boolean;
  /** What it is, why, and what can be done. */
  failure: { title: string; text: string; advice: string | null } | null;
}

interface IncomingTexts {
  decrypting: string;
  /** Title and text if the add-on does not answer. */
  failedTitle: string;
  addOnGone: string;
}

interface DaneIncoming {
  /**
   * decrypt: CMS parts come here. edit: so do messages that are quoted, forwarded, edited; export:
   * … printed or saved without being shown.
   */
  features(): Promise<HookFeatures>;
  setTexts(texts: IncomingTexts): Promise<void>;
  /** The whole message as it is stored: in memory. */
  getSource(uri: string): Promise<ArrayBuffer>;
  /** The same in a file of mode 0600 in a folder of mode 0700, for large ones. */
  saveSource(uri: string): Promise<{ file: string; octets: number }>;
  removeSource(file: string): Promise<void>;
  /**
   * `octets` that the message takes up, from the message database; null: in no folder. `stamp` tells
   * it from another one that comes to have its URI; null: it can't be told.
   */
  describe(uri: string): Promise<{ octets: number | null; stamp: string | null }>;
  /** Content of a CMS object by Thunderbird's own keys; null: none fits, or they are locked. */
  openWithOwnKeys(der: ArrayBuffer): Promise<ArrayBuffer | null>;
  /**
   * Answers onPart; windows that show the message show it again. A part that could not be shown may
   * be provided again, under the same key.
   */
  provide(key: string, content: PartContent): Promise<void>;
  /** Content for the part at the root of a message that onOpening has told of. */
  offer(uri: string, content: { entity: ArrayBuffer; encrypted: boolean }): Promise<void>;
  /** Forgets plaintext: of one message, or all of it. Windows that show it are loaded again. */
  forget(uri: string | null): Promise<void>;
  /**
   * A CMS part is wanted whose content is not at hand. `key` stands for the part of this message.
   * `uri` is null if no message could be told. The listener's promise holds until provide(): if it
   * ends without, the windows say that the add-on does not answer.
   */
  onPart: HookEvent<(part: { key: string; uri: string | null }) => Promise<void>>;
  /** A message is printed that need not have been shown: gives what takes the place of its fields. */
  onPrinting: HookEvent<(uri: string) => Promise<ShownField[]>>;
  /**
   * Thunderbird begins to load a message that looks like S/MIME, is not long, and is stored here.
   * hasPart: it is a CMS part altogether, for whose content onPart will ask unless offer() was
   * faster.
   */
  onOpening: HookEvent<
    (message: {
      uri: string;
      source: ArrayBuffer;
      /** As describe() tells. */
      about: { octets: number | null; stamp: string | null };
      hasPart: boolean;
    }) => Promise<void>
  >;
}

/* ---- ui-hooks/verdict -------------------------------------------------------------------- */

/** A row of the header pane. */
interface ShownField {
  /** In lower case. */
  name: string;
  /** What is shown: addresses as in the message, other fields decoded; null: what stands outside. */
  value: string | null;
  /** There is no such row, whatever stands outside. */
  hidden: boolean;
  /** What protects it, for the icon beside it; null: no icon. */
  state: "both" | "encrypted" | "signed" | "none" | null;
  /** The same in words. */
  title: string;
}

/** How the header of a message looks. Words come ready. */
interface VerdictView {
  /** On the button that opens the panel, e.g. "S/MIME · DANE"; "": no button. */
  label: string;
  tooltip: string;
  signature: "verified" | "unverified" | "invalid" | "partial" | "none";
  encryption: "decrypted" | "failed" | "weak" | "none";
  /** base64 of DER, for "View certificate"; null: none. */
  certificate: string | null;
  /** Rows of the header pane that are not what stands outside; the subject is the title as well. */
  fields: ShownField[];
  /** The message itself may ask for a receipt, and not just whoever has handed it on. */
  mayAskForReceipt: boolean;
  panel: {
    heading: string;
    explanation: string;
    rows: { label: string; text: string; mono?: boolean }[];
    encryptionHeading: string;
    encryptionExplanation: string;
  };
}

interface ShownMessage {
  uri: string;
  /** Tab that shows it, if Thunderbird tells; else null. */
  tabId: number | null;
  /** It is a message of a folder: list marks can be kept. */
  inFolder: boolean;
  /** A mailing list has passed it on, or it says so. */
  fromList: boolean;
}

/** What the shim says itself, also before the add-on has answered. */
interface VerdictTexts {
  /** Label while the verdict is not there yet. */
  checking: string;
  /** Folds out the panel's rows. */
  details: string;
  /** Copies them; and what the button says afterwards. */
  copy: string;
  copied: string;
}

interface DaneVerdict {
  /** `header`, `panel`, `bars`, `parts`, `fields`. */
  features(): Promise<HookFeatures>;
  setTexts(texts: VerdictTexts): Promise<void>;
  /** Applies to windows that show the message now, until they show another or forget(). */
  show(uri: string, view: VerdictView): Promise<void>;
  /** Back to `checking`: one message, or all that are shown. */
  forget(uri: string | null): Promise<void>;
  setProgress(uri: string, progress: Progress | null): Promise<void>;
  showBar(uri: string, bar: Bar): Promise<void>;
  hideBar(uri: string, id: string): Promise<void>;
  /** S/MIME messages that windows show now. */
  list(): Promise<ShownMessage[]>;
  /**
   * A window shows a message with S/MIME in it, at any level; again each time it is loaded. Not
   * fired for other mail.
   */
  onShown: HookEvent<(message: ShownMessage) => void>;
  onHidden: HookEvent<(uri: string) => void>;
  onBarButton: HookEvent<(uri: string, bar: string, button: string) => void>;
  onCancelled: HookEvent<(uri: string) => void>;
}

/* ---- ui-hooks/list ----------------------------------------------------------------------- */

/** `declared`: from structure alone. Others: found out, at `date`. */
interface ListMark {
  kind: "none" | "signed" | "encrypted" | "both";
  state: "declared" | "good" | "unverified" | "failed" | "partial";
  /** RFC 3339; null for declared. */
  date: string | null;
}

interface ListTexts {
  column: string;
  /** By "kind.state"; "$DATE" stands for the date. */
  labels: { [mark: string]: string };
}

interface DaneList {
  features(): Promise<HookFeatures>;
  /** Adds column and card mark. */
  start(texts: ListTexts): Promise<void>;
  /** Keeps what was found out beside the message; nothing for messages in no folder. */
  setMark(uri: string, mark: ListMark): Promise<void>;
  getMark(uri: string): Promise<ListMark | null>;
  /**
   * Puts a subject in the place of the one that stands outside: into Thunderbird's database, which is
   * plain text on disk. Nothing for messages in no folder, nor where the URI names one that has
   * another Message-ID; null: it is not known.
   */
  setSubject(uri: string, subject: string, messageId: string | null): Promise<void>;
  /** Puts back what stands outside, in all folders; how many. */
  takeSubjects(): Promise<number>;
}

/* ---- ui-hooks/keys ----------------------------------------------------------------------- */

interface TokenCertificate {
  id: string;
  subject: string;
  addresses: string[];
  notAfter: string;
}

interface DaneKeys {
  features(): Promise<HookFeatures>;
  /** Asks before the window in front, which stays usable; null: the user cancelled. */
  promptPassword(title: string, text: string): Promise<string | null>;
  /** Thunderbird's own certificates with private keys. May ask for its primary password. */
  listOwn(): Promise<TokenCertificate[]>;
  /** PKCS#12 of one under `password`. No file stays behind. */
  exportOwn(id: string, password: string): Promise<ArrayBuffer>;
  /** How Thunderbird was packaged, and where it looks for native manifests. */
  environment(): Promise<{
    sandbox: "none" | "flatpak" | "snap";
    manifestFolders: string[];
    version: string;
  }>;
  /** Native manifests of that name in those folders, and in `others` that may hold one. */
  inspectManifests(application: string, others: string[]): Promise<ManifestFacts[]>;
}

interface ManifestFacts {
  path: string;
  state: "absent" | "broken" | "present";
  /** The program that it names. */
  program: string | null;
  executable: boolean;
  /** It lets this add-on start the program. */
  allowed: boolean;
}
