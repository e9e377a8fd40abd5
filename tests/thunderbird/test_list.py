#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""The marks of S/MIME messages in the message list."""

import os
import unittest

from world import Account, ALICE, World  # first: it puts the support modules on the path

# pylint: disable=wrong-import-order
import list_messages
import tap
from folders import FOLDER, MAIL
from list_messages import declared, message, messages
from message_list import ABOUT, CARDS, MessageList, TABLE
from processes import wait_until

# Bodies stay on the server until they are read.
ONLINE = {'server.offline_download': False, 'server.autosync_offline_stores': False}
WORLD = World([Account(ALICE, 'Alice Example', 'alice', ONLINE)])
MOMENT = '2026-11-21T20:38:43Z'
FOUND_OUT = [('signed', 'good'), ('signed', 'unverified'), ('signed', 'failed'),
             ('signed', 'partial'), ('encrypted', 'good'), ('encrypted', 'failed'),
             ('both', 'good'), ('both', 'unverified'), ('both', 'failed'), ('both', 'partial')]
SIGNED = list_messages.STRUCTURES[2][1]

COPY = FOLDER + '''
const target = MailUtils.getExistingFolder(to);
await new Promise((resolve, reject) => MailServices.copy.copyMessages(
  folder, [...folder.messages], target, isMove, {
    onStartCopy() {}, onProgress() {}, setMessageKey() {}, getMessageId() { return null; },
    onStopCopy(status) {
      Components.isSuccessCode(status) ? resolve() : reject(new Error(`copying: ${status}`));
    },
  }, null, false));
'''

# As "Repair Folder" of a folder's properties does it.
REPAIR = FOLDER + ABOUT + '''
about.displayFolder(other);
await new Promise(resolve => setTimeout(resolve, 300));
const local = folder instanceof Ci.nsIMsgLocalMailFolder;
if (local) {
  folder.QueryInterface(Ci.nsIMsgLocalMailFolder);
}
folder.closeAndBackupFolderDB("");
if (local) {
  await new Promise(resolve => folder.parseFolder(null, {
    OnStartRunningUrl() {}, OnStopRunningUrl: resolve }));
} else {
  folder.updateFolder(null);
}
'''

SCHEME = '''
const {AddonManager} = ChromeUtils.importESModule("resource://gre/modules/AddonManager.sys.mjs");
Services.prefs.setIntPref("ui.systemUsesDarkTheme", Number(scheme == "dark"));
const theme = await AddonManager.getAddonByID(`thunderbird-compact-${scheme}@mozilla.org`);
await theme.enable();
'''


def setUpModule():
    WORLD.start()
    WORLD.list = MessageList(WORLD.thunderbird)
    WORLD.list.cards_have_marks = WORLD.addon.background(
        'return (await messenger.daneList.features()).cards;')
    WORLD.list.enlarge()
    WORLD.list.view(TABLE)


def tearDownModule():
    WORLD.stop()


def set_mark(uri, kind, state, date=MOMENT):
    """As after a message was read."""
    WORLD.addon.background('await messenger.daneList.setMark(uri, mark);', uri=uri,
                           mark={'kind': kind, 'state': state, 'date': date})


def local_folder(name, contents):
    """A folder with these messages."""
    uri = WORLD.folders.local(name)
    for octets in contents:
        WORLD.folders.add(uri, octets)
    return uri


def found_out_folder(name):
    """A message of each mark that can be found out, with its mark."""
    uri = local_folder(name, [message(number, f'{name} {kind} {state}', SIGNED)
                              for number, (kind, state) in enumerate(FOUND_OUT)])
    for (kind, state), header in zip(FOUND_OUT, WORLD.folders.headers(uri), strict=True):
        set_mark(header['uri'], kind, state)
    return uri, {f'{name} {kind} {state}': drawn(kind, state) for kind, state in FOUND_OUT}


def drawn(kind, state):
    """A signature that is wrong looks as one that nobody vouches for (RFC 9787)."""
    is_wrong = state == 'failed' and kind != 'encrypted'
    return f'{kind}-unverified' if is_wrong else f'{kind}-{state}'


class Declared(unittest.TestCase):
    def test_local(self):
        uri = local_folder('Declared', messages())
        for view in (TABLE, CARDS, TABLE):
            WORLD.list.view(view)
            WORLD.list.show(uri)
            with self.subTest(view=view):
                WORLD.list.wait_marks(declared())
        WORLD.list.wait_kept(uri, len(list_messages.STRUCTURES))
        row = next(row for row in WORLD.list.rows() if row['subject'] == 'signed')
        self.assertEqual(row['title'], 'Says that it is signed. Not checked yet.')
        self.assertEqual(row['description'], row['title'])
        self.assertTrue(row['loaded'])

    def test_imap_without_download(self):
        for octets in messages():
            WORLD.imap.append('alice', octets)
        uri = WORLD.folders.imap('alice')
        WORLD.list.show(uri)
        WORLD.list.wait_marks(declared())
        commands = WORLD.imap.commands('alice')
        self.assertIn('(BODYSTRUCTURE)', commands)
        self.assertNotIn('BODY.PEEK[]', commands)

    def test_offline(self):
        WORLD.imap.append('alice', message(1, 'while offline', SIGNED), 'Offline')
        uri = WORLD.folders.imap('alice', 'Offline')
        WORLD.folders.wait_headers(uri, 1)
        WORLD.thunderbird.js('Services.io.offline = true;')
        try:
            WORLD.list.show(uri)
            wait_until(lambda: len(WORLD.list.rows()) == 1, 'the row')
            WORLD.list.wait_marks({})
            self.assertEqual(WORLD.list.kept(uri), {'while offline': ''})
        finally:
            WORLD.thunderbird.js('Services.io.offline = false;')
        WORLD.list.wait_marks({'while offline': 'signed-declared'})


class FoundOut(unittest.TestCase):
    def test_each_mark(self):
        uri, expected = found_out_folder('Each')
        for view in (CARDS, TABLE):
            WORLD.list.view(view)
            WORLD.list.show(uri)
            with self.subTest(view=view):
                WORLD.list.wait_marks(expected)
        rows = WORLD.list.rows()
        self.assertTrue(all(row['loaded'] for row in rows))
        good = next(row for row in rows if row['mark'] == 'signed-good')
        self.assertRegex(good['title'], r'^Signed, verified on Nov 21, 2026, (8:38.PM|20:38)$')

    def test_a_drawn_row_changes(self):
        uri = local_folder('Changes', [message(1, 'changes', SIGNED)])
        WORLD.list.show(uri)
        WORLD.list.wait_marks({'changes': 'signed-declared'})
        name = WORLD.folders.headers(uri)[0]['uri']
        set_mark(name, 'signed', 'good')
        WORLD.list.wait_marks({'changes': 'signed-good'})
        self.assertEqual(
            WORLD.addon.background('return messenger.daneList.getMark(uri);', uri=name),
            {'kind': 'signed', 'state': 'good', 'date': MOMENT})
        set_mark(name, 'signed', 'declared', None)
        self.assertEqual(WORLD.list.kept(uri), {'changes': f'signed good {MOMENT}'})

    def test_messages_of_no_folder(self):
        for uri in ('file:///nowhere.eml?type=application/x-message-display', 'nonsense', ''):
            with self.subTest(uri):
                set_mark(uri, 'signed', 'good')
                self.assertIsNone(
                    WORLD.addon.background('return messenger.daneList.getMark(uri);', uri=uri))


class Kept(unittest.TestCase):
    def test_restart_repair_copy_move(self):
        uri, expected = found_out_folder('Kept')
        WORLD.thunderbird.restart()
        WORLD.addon.wait_started()
        WORLD.list.enlarge()
        WORLD.list.show(uri)
        with self.subTest('restart'):
            WORLD.list.wait_marks(expected)
        other = WORLD.folders.local('Elsewhere')
        WORLD.thunderbird.js(REPAIR, uri=uri, other=other)
        WORLD.list.show(uri)
        with self.subTest('repair'):
            WORLD.list.wait_marks(expected)
        WORLD.thunderbird.js(COPY, uri=uri, to=other, isMove=False)
        WORLD.list.show(other)
        with self.subTest('copy'):
            WORLD.list.wait_marks(expected)
        third = WORLD.folders.local('Third')
        WORLD.thunderbird.js(COPY, uri=uri, to=third, isMove=True)
        WORLD.list.show(third)
        with self.subTest('move'):
            WORLD.list.wait_marks(expected)

    def test_imap(self):
        for box in ('Here', 'There', 'Beyond'):
            WORLD.imap.append('alice', message(1, f'in {box}', SIGNED), box)
        here, there, beyond = (WORLD.folders.imap('alice', box)
                               for box in ('Here', 'There', 'Beyond'))
        set_mark(WORLD.folders.wait_headers(here, 1)[0]['uri'], 'signed', 'good')
        WORLD.thunderbird.js(REPAIR, uri=here, other=there)
        WORLD.list.show(here)
        with self.subTest('repair'):
            WORLD.list.wait_marks({'in Here': 'signed-good'})
        for target, is_move in ((there, False), (beyond, True)):
            WORLD.thunderbird.js(COPY, uri=here, to=target, isMove=is_move)
            WORLD.list.show(target)
            with self.subTest('move' if is_move else 'copy'):
                wait_until(lambda: WORLD.list.marks().get('in Here') == 'signed-good',
                           'the mark came along')


class Views(unittest.TestCase):
    def test_saved_search_over_folders(self):
        marked, expected = found_out_folder('Searched')
        more = local_folder('Further', [message(99, 'Searched too', SIGNED)])
        search = WORLD.thunderbird.js(MAIL + '''
            const {VirtualFolderHelper} =
              ChromeUtils.importESModule("resource:///modules/VirtualFolderWrapper.sys.mjs");
            const parent = MailServices.accounts.localFoldersServer.rootFolder;
            const folders = [marked, more].map(uri => MailUtils.getExistingFolder(uri));
            VirtualFolderHelper.createNewVirtualFolder("A search", parent, folders,
              "AND (subject,contains,Searched)", false);
            return `${parent.URI}/A%20search`;''', marked=marked, more=more)
        WORLD.list.show(search)
        WORLD.list.wait_marks(expected | {'Searched too': 'signed-declared'})

    def test_unified_folder(self):
        WORLD.imap.append('alice', message(1, 'unified', SIGNED))
        WORLD.folders.imap('alice')
        uri = WORLD.thunderbird.js(ABOUT + '''
            about.folderPane.activeModes = ["all", "smart"];
            const {SmartMailboxUtils} =
              ChromeUtils.importESModule("resource:///modules/SmartMailboxUtils.sys.mjs");
            return SmartMailboxUtils.getSmartMailbox().getSmartFolder("Inbox").URI;''')
        WORLD.list.show(uri)
        wait_until(lambda: WORLD.list.marks().get('unified') == 'signed-declared', 'the mark')

    def test_grouped_and_threaded(self):
        uri, expected = found_out_folder('Grouped')
        WORLD.list.show(uri)
        WORLD.thunderbird.js(ABOUT + 'about.gViewWrapper.showGroupedBySort = true;')
        wait_until(lambda: any(row['dummy'] for row in WORLD.list.rows()), 'a group')
        WORLD.thunderbird.js(ABOUT + 'about.goDoCommand("cmd_expandAllThreads");')
        WORLD.list.wait_marks(expected)
        self.assertTrue(all(not row['mark'] for row in WORLD.list.rows() if row['dummy']))
        WORLD.thunderbird.js(ABOUT + 'about.gViewWrapper.showThreaded = true;')
        WORLD.list.wait_marks(expected)

    def test_another_tab(self):
        uri, expected = found_out_folder('Tabbed')
        WORLD.thunderbird.js('''
            const tabmail = document.getElementById("tabmail");
            const tab = tabmail.openTab("mail3PaneTab", {folderURI: uri, background: true});
            return !!tab;''', uri=uri)
        count = '''
            const tab = document.getElementById("tabmail").tabInfo.at(-1);
            return tab.chromeBrowser?.contentDocument?.querySelectorAll(
              ".danesmimecol-column img:not([hidden])").length ?? 0;'''
        try:
            WORLD.thunderbird.js('const t = document.getElementById("tabmail");'
                                 't.switchToTab(t.tabInfo.at(-1));')
            wait_until(lambda: WORLD.thunderbird.js(count) == len(expected), 'marks in the tab')
        finally:
            WORLD.thunderbird.js('const t = document.getElementById("tabmail");'
                                 't.closeTab(t.tabInfo.at(-1));')


class ManyMessages(unittest.TestCase):
    COUNT = 10000

    def test_only_drawn_rows_cost(self):
        WORLD.thunderbird.quit()
        path = os.path.join(WORLD.thunderbird.profile, 'Mail', 'Local Folders', 'Many')
        with open(path, 'wb') as file:
            for number in range(self.COUNT):
                file.write(b'From - Sat Nov 21 12:00:00 2026\n'
                           + message(number, f'many {number}', SIGNED) + b'\n')
        WORLD.thunderbird.start()
        WORLD.addon.wait_started()
        WORLD.list.enlarge()
        uri = WORLD.folders.local('Many')
        WORLD.forget_requests()
        WORLD.list.show(uri)
        WORLD.list.wait_count(self.COUNT)
        first = self._wait_quiet(uri)
        self.assertLess(first, 150)
        self.assertGreaterEqual(first, len(WORLD.list.rows()))
        self.assertTrue(all(row['mark'] for row in WORLD.list.rows()))
        WORLD.list.scroll_to(self.COUNT // 2)
        second = self._wait_quiet(uri, first + 1)
        self.assertLess(second - first, 150)
        self.assertEqual(WORLD.requests(), [])

    def _wait_quiet(self, uri, least=1):
        """How many messages are known, once that does not grow any more."""
        known = []

        def is_quiet():
            known.append(sum(1 for one in WORLD.list.kept(uri).values() if one))
            return known[-1] >= least and known[-3:] == known[-1:] * 3

        wait_until(is_quiet, 'the marks', pause=0.4)
        return known[-1]


class Pictures(unittest.TestCase):
    def test_light_and_dark(self):
        uri, expected = found_out_folder('Pictures')
        for octets in messages()[:8]:
            WORLD.folders.add(uri, octets)
        shown = {name for name, _content, _declared in list_messages.STRUCTURES[:8]}
        expected |= {name: mark for name, mark in declared().items() if name in shown}
        WORLD.list.show(uri)
        for scheme in ('light', 'dark'):
            WORLD.thunderbird.js(SCHEME, scheme=scheme)
            for name, view in (('table', TABLE), ('cards', CARDS)):
                WORLD.list.view(view)
                WORLD.list.wait_marks(expected)
                WORLD.pictures.window(f'list-{name}-{scheme}')
        WORLD.list.view(TABLE)


class Column(unittest.TestCase):
    SAVED = FOLDER + '''
        const info = folder.msgDatabase.dBFolderInfo;
        info.setCharProperty("columnStates", JSON.stringify(states));'''

    def test_folders_with_saved_columns(self):
        uri = local_folder('Saved', [message(1, 'saved', SIGNED)])
        other = WORLD.folders.local('Unsaved')
        states = {'attachmentCol': {'visible': True, 'ordinal': 1},
                  'subjectCol': {'visible': True, 'ordinal': 2}}
        WORLD.thunderbird.js(self.SAVED, uri=uri, states=states)
        WORLD.list.show(uri)
        WORLD.list.wait_marks({'saved': 'signed-declared'})
        WORLD.list.show(other)
        states['daneSmimeCol'] = {'visible': False, 'ordinal': 3}
        WORLD.thunderbird.js(self.SAVED, uri=uri, states=states)
        WORLD.list.show(uri)
        wait_until(lambda: WORLD.list.column()['hidden'], 'hidden as the person wanted')
        self.assertTrue(WORLD.list.column()['offered'])
        self.assertEqual(WORLD.list.marks(), {})


class WhenDisabled(unittest.TestCase):
    def test_all_is_undone(self):
        # what Thunderbird says when it closes a page that listens
        WORLD.expected_errors.append('sendRemoveListener on closed conduit')
        uri, expected = found_out_folder('Shutdown')
        WORLD.list.show(uri)
        WORLD.list.wait_marks(expected)
        self.assertEqual(WORLD.list.column()['name'], 'S/MIME')
        self.assertFalse(WORLD.list.column()['sortable'])
        WORLD.addon.disable()
        wait_until(lambda: not WORLD.list.column()['offered'], 'the column is gone')
        self.assertFalse(WORLD.list.column()['style'])
        self.assertEqual(WORLD.list.marks(), {})
        for view in (CARDS, TABLE):
            WORLD.list.view(view)
            # rows are filled in one by one
            wait_until(lambda: {row['subject'] for row in WORLD.list.rows()} <= expected.keys(),
                       'the rows are as ever')
        WORLD.addon.enable()
        WORLD.list.show(uri)
        WORLD.list.wait_marks(expected)


if __name__ == '__main__':
    tap.main()
