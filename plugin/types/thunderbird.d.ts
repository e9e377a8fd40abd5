// SPDX-License-Identifier: MPL-2.0

/** Thunderbird's WebExtension APIs, with our namespaces. Only background and pages see it. */
declare const messenger: {
  daneOutgoing: DaneOutgoing;
  daneCompose: DaneCompose;
  daneIncoming: DaneIncoming;
  daneVerdict: DaneVerdict;
  daneList: DaneList;
  daneKeys: DaneKeys;
  // the rest is Thunderbird's own, whose types are not ours to keep
  [api: string]: any;
};
