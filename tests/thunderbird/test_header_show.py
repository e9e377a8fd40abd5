#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""What Thunderbird shows of header fields that a message protects: header pane, titles, warnings,
the message list; and what it leaves on disk."""

import os
import unittest

# first: it puts the support modules on the path
from world import ALICE, CAROL, Account, World
from folders import FOLDER, MAIL
from message_list import CARDS, TABLE, MessageList
from processes import wait_until
from options_page import OptionsPage
from protected_headers import DATE, HIDDEN, LEGACY, Sender, fields_of, payload

# pylint: disable=wrong-import-order
import tap

WORLD = World([Account(ALICE, 'Alice Example', 'alice')])
PAGE = OptionsPage(WORLD)
CHECKING = 'S/MIME · checking…'
PLAIN = b'Content-Type: text/plain\r\n\r\nsecret text\r\n'  # as other programs protect it
SECRET = 'Rent for Jürgen – 家賃'

ROWS = '''
const text = id => {
  const box = about.document.getElementById(`expanded${id}Box`);
  const row = box.closest(".message-header-row, .header-row-grow");
  if (!box.getClientRects().length || !row.getClientRects().length) {
    return null;
  }
  return box.recipientsList ? [...box.recipientsList.querySelectorAll("li")]
    .map(one => one.querySelector(".recipient-single-line")?.title || one.innerText.trim())
    .join(", ") : box.textContent.replace(/^Subject:/, "").trim();
};
const marks = [...about.document.querySelectorAll(".dane-smime-field")];
return {
  rows: Object.fromEntries(["subject", "from", "to", "cc", "reply-to"].map(id => [id, text(id)])),
  date: about.document.getElementById("dateLabel").textContent,
  states: Object.fromEntries(marks.map(one => [one.dataset.field, one.dataset.state])),
  drawn: marks.every(one => one.complete && one.naturalWidth > 0 && one.title && one.alt),
  title: about.document.title, tab: document.getElementById("tabmail").currentTabInfo.title,
  window: document.title,
};
'''

DETAILS = '''
return [...about.document.querySelectorAll("#dane-smime-details dt")].map(
  one => `${one.textContent}: ${one.nextElementSibling.textContent}`);
'''

HEADER = MAIL + '''
return MailServices.messageServiceFromURI(uri).messageURIToMsgHdr(uri).mime2DecodedSubject;
'''

BAR_IS_DRAWN = '''
const [bar] = about.gMessageNotificationBar.msgNotificationBar.allNotifications;
return !!bar && bar.getBoundingClientRect().height > 10 &&
  bar.getAnimations().every(one => one.playState == "finished") &&
  about.getComputedStyle(bar).opacity == "1";
'''

# As the search dialog and the filter bar ask.
SEARCH = FOLDER + '''
const session = Cc["@mozilla.org/messenger/searchSession;1"].createInstance(Ci.nsIMsgSearchSession);
const term = session.createTerm();
const value = term.value;
value.attrib = term.attrib = Ci.nsMsgSearchAttrib.Subject;
value.str = words;
term.value = value;
term.op = Ci.nsMsgSearchOp.Contains;
session.appendTerm(term);
session.addScopeTerm(Ci.nsMsgSearchScope.offlineMail, folder);
const found = [];
await new Promise(resolve => {
  session.registerListener({
    QueryInterface: ChromeUtils.generateQI(["nsIMsgSearchNotify"]),
    onNewSearch() {},
    onSearchHit(header) { found.push(folder.getUriForMsg(header)); },
    onSearchDone: resolve,
  });
  session.search(null);
});
return found;
'''

COMMIT = FOLDER + 'folder.msgDatabase.commit(Ci.nsMsgDBCommitType.kLargeCommit);'


def octets_of(path):
    """What a file holds; nothing if it is gone meanwhile."""
    try:
        with open(path, 'rb') as file:
            return file.read()
    except OSError:
        return b''


def setUpModule():
    WORLD.start()


def tearDownModule():
    WORLD.stop()


def baseline(subject=SECRET, *, text='secret text', **more):
    """Payload and outer fields under RFC 9788's policy of choice."""
    fields = fields_of(subject, message_id='<baseline@example.com>', **more)
    outer = fields | {'Subject': HIDDEN}
    return payload(fields, outer, f'Subject: {subject}\n\n{text}', parameters=LEGACY), outer


class HeaderCase(unittest.TestCase):
    """Messages from Carol to Alice."""

    folder_name = 'Headers'

    @classmethod
    def setUpClass(cls):
        cls.folder = WORLD.folders.local(cls.folder_name)
        cls.carol = Sender(WORLD)

    def tearDown(self):
        WORLD.reading.close_others()

    def add(self, message):
        """Stores a message; gives its URI."""
        count = len(WORLD.folders.headers(self.folder))
        WORLD.folders.add(self.folder, message)
        return WORLD.folders.wait_headers(self.folder, count + 1)[-1]['uri']

    def judged(self, view):
        """Waits until a view has its verdict."""
        view.wait_for(lambda state: state['box'] not in (None, CHECKING), 'a verdict')
        return view

    def show(self, message):
        return self.judged(WORLD.reading.show(self.add(message)))

    def wait_pane(self, view, condition, what):
        """Waits until the header pane fulfils the condition; gives what it has."""
        seen = {}

        def fulfilled():
            seen.update(view.js(ROWS))
            return condition(seen)

        try:
            wait_until(fulfilled, what)
        except AssertionError as error:
            raise AssertionError(f'{error}; what is there: {seen}') from None
        return seen

    def wait_subject(self, view, subject):
        return self.wait_pane(view, lambda pane: pane['rows']['subject'] == subject,
                              f'the subject "{subject}"')

    def details(self, view):
        view.open_panel()
        found = view.js(DETAILS)
        view.close_panel()
        return found


class Pane(HeaderCase):
    def test_hidden_subject(self):
        view = self.show(self.carol.both(*baseline()))
        pane = self.wait_subject(view, SECRET)
        self.assertEqual(pane['states'], {'subject': 'both', 'from': 'signed', 'to': 'signed',
                                          'date': 'signed'})
        self.assertTrue(pane['drawn'])
        self.assertEqual(pane['title'], SECRET)
        state = view.wait_for_text('secret text')
        self.assertNotIn('Subject:', state['text'])
        self.assertEqual(state['bars'], [])
        rows = self.details(view)
        self.assertIn('Encrypted and signed fields: Subject', rows)
        self.assertIn(f'Visible on the way: Subject: {HIDDEN}', rows)
        WORLD.pictures.window('header-hidden-subject')

    def test_legacy_display_in_html(self):
        fields = fields_of('Rent', keywords='money')
        entity = payload(fields, {'From': fields['From']}, '', parameters=LEGACY, html=(
            '<html><body><div class="header-protection-legacy-display"><pre>Subject: Rent\n'
            'Keywords: money</pre></div><p>secret text</p></body></html>'))
        view = self.show(self.carol.both(entity, fields | {'Subject': HIDDEN}))
        self.wait_subject(view, 'Rent')
        self.assertNotIn('money', view.wait_for_text('secret text')['text'])

    def test_signed_only(self):
        """A mailing list has changed what stands outside."""
        fields = fields_of('As it was written')
        outside = fields | {'Subject': '[list] As it was written'}
        view = self.show(self.carol.signed(payload(fields, None, 'secret text'), outside))
        pane = self.wait_subject(view, 'As it was written')
        self.assertEqual(set(pane['states'].values()), {'signed'})
        WORLD.pictures.window('header-signed')

    def test_broken_signature(self):
        """Looks like an unsigned message, without a noise."""
        fields = fields_of('Broken')
        message = self.carol.signed(payload(fields, None, 'secret text'), fields, spoil=True)
        view = self.show(message)
        pane = self.wait_subject(view, 'Broken')
        self.assertEqual(pane['states'], {})
        state = view.state()
        self.assertIsNone(state['signed'])
        self.assertEqual(state['bars'], [])
        self.assertIn('The message was changed after it was signed', ' '.join(view.open_panel()))
        view.close_panel()
        WORLD.pictures.window('header-broken')

    def test_encrypted_only(self):
        view = self.show(self.carol.encrypted(*baseline('Only encrypted')))
        pane = self.wait_subject(view, 'Only encrypted')
        self.assertEqual(pane['states'], {'subject': 'encrypted', 'from': 'none', 'to': 'none',
                                          'date': 'none'})
        WORLD.pictures.window('header-encrypted-only')

    def test_shy(self):
        """Names and time zone were hidden as well."""
        fields = fields_of('Shy', date='Sat, 21 Nov 2026 07:00:00 -0500')
        outer = fields | {'Subject': HIDDEN, 'From': CAROL, 'To': ALICE, 'Date': DATE}
        view = self.show(self.carol.both(payload(fields, outer, 'secret text'), outer))
        pane = self.wait_subject(view, 'Shy')
        self.assertEqual(set(pane['states'].values()), {'both'})
        self.assertIn('Carol Example', pane['rows']['from'])
        self.assertIn('Alice Example', pane['rows']['to'])

    def test_date(self):
        """Another moment inside."""
        fields = fields_of('Dated', date='Thu, 19 Nov 2026 12:00:00 +0000')
        view = self.show(self.carol.signed(payload(fields, None, 'secret'),
                                           fields | {'Date': DATE}))
        pane = self.wait_subject(view, 'Dated')
        self.assertRegex(pane['date'], r'11/19/26|2026-11-19|19/11/2026')

    def test_added_on_the_way(self):
        """Who adds a Cc or a Reply-To gets no answers by that."""
        entity, outer = baseline('Added')
        outside = outer | {'Cc': 'mallory@example.com', 'Reply-To': 'mallory@example.com'}
        view = self.show(self.carol.both(entity, outside))
        pane = self.wait_subject(view, 'Added')
        self.assertIsNone(pane['rows']['cc'])
        self.assertIsNone(pane['rows']['reply-to'])
        added = next(row for row in self.details(view) if row.startswith('Added outside: '))
        self.assertIn('Cc', added)
        self.assertIn('Reply-To', added)

    def test_several_recipients(self):
        fields = fields_of('Several', cc='Dave <dave@example.org>', to='=?utf-8?q?J=C3=BCrgen?= '
                           f'<j@example.net>, {ALICE}')
        outer = fields | {'Subject': HIDDEN, 'To': ALICE, 'Cc': 'dave@example.org'}
        view = self.show(self.carol.both(payload(fields, outer, 'secret'), outer))
        pane = self.wait_subject(view, 'Several')
        self.assertIn('Jürgen', pane['rows']['to'])
        self.assertIn('Dave', pane['rows']['cc'])
        self.assertEqual(pane['states']['cc'], 'both')

    def test_not_protected(self):
        """As other programs encrypt: the pane is Thunderbird's own, and the panel says so."""
        view = self.show(self.carol.both(PLAIN, fields_of('Plain')))
        pane = self.wait_subject(view, 'Plain')
        self.assertEqual(pane['states'], {})
        self.assertTrue(any('Header fields: ' in row for row in self.details(view)))

    def test_next_message(self):
        """Nothing of a message stays for the next one."""
        uri = self.add(self.carol.signed(PLAIN, fields_of('Plain')))
        self.wait_subject(self.show(self.carol.both(*baseline('Before'))), 'Before')
        view = self.judged(WORLD.reading.show(uri))
        pane = self.wait_subject(view, 'Plain')
        self.assertEqual(pane['states'], {})
        self.assertEqual(pane['title'], 'Plain')

    def test_loaded_again(self):
        view = self.show(self.carol.both(*baseline('Again')))
        self.wait_subject(view, 'Again')
        view.js('about.ReloadMessage();')
        view.wait_loaded()
        self.assertEqual(self.wait_subject(view, 'Again')['states']['subject'], 'both')

    def test_without_the_addon(self):
        """What the add-on has put there goes with it."""
        view = self.show(self.carol.both(*baseline('Gone')))
        self.wait_subject(view, 'Gone')
        WORLD.addon.disable()
        try:
            pane = self.wait_subject(view, HIDDEN)
            self.assertEqual(pane['states'], {})
        finally:
            WORLD.addon.enable()
        self.wait_subject(view, 'Gone')


class Print(HeaderCase):
    """Paper has what the pane has; the printer's queue, which others see, has not."""

    PAPER = '''
        const page = about.document.getElementById("messagepane").contentDocument;
        const cells = [...page.querySelectorAll("table[class*=moz-header-part] td")];
        return [page.title, ...cells.map(one => one.textContent.trim())];'''

    def test_fields(self):
        entity, outer = baseline('On paper', to='=?utf-8?q?J=C3=BCrgen?= <alice@example.org>')
        view = self.show(self.carol.both(entity, outer | {'Cc': 'mallory@example.com'}))
        self.wait_subject(view, 'On paper')
        title, *cells = view.js(self.PAPER)
        self.assertEqual(title, HIDDEN)
        self.assertIn('Subject: On paper', cells)
        self.assertTrue(any('Jürgen' in cell for cell in cells), cells)
        self.assertFalse(any('mallory' in cell for cell in cells), cells)
        view.js('about.ReloadMessage();')
        view.wait_loaded()
        wait_until(lambda: 'Subject: On paper' in view.js(self.PAPER), 'again')


class From(HeaderCase):
    """Two different senders (RFC 9788 §4.4)."""

    def test_bound(self):
        fields = fields_of('Bound')
        outer = fields | {'Subject': HIDDEN, 'From': 'list@example.net'}
        view = self.show(self.carol.both(payload(fields, outer, 'secret'), outer))
        pane = self.wait_subject(view, 'Bound')
        self.assertIn('Carol', pane['rows']['from'])
        self.assertEqual(view.state()['bars'], [])

    def test_unbound(self):
        fields = fields_of('Unbound', sender='The Boss <boss@example.org>')
        outer = fields | {'Subject': HIDDEN, 'From': 'Mallory <mallory@example.net>'}
        view = self.show(self.carol.encrypted(payload(fields, outer, 'secret'), outer))
        state = view.wait_for(lambda state: state['bars'], 'a warning')
        self.assertRegex(state['bars'][0]['text'], 'mallory@example.net.*boss@example.org')
        wait_until(lambda: view.js(BAR_IS_DRAWN), 'the warning is drawn')
        pane = self.wait_subject(view, 'Unbound')
        self.assertIn('Mallory', pane['rows']['from'])
        self.assertEqual(pane['states']['from'], 'none')
        WORLD.pictures.window('header-two-senders')

    def test_signed_by_another(self):
        """Carol signs well, but not as the boss."""
        fields = fields_of('Another', sender='The Boss <boss@example.org>')
        outer = fields | {'Subject': HIDDEN, 'From': CAROL}
        view = self.show(self.carol.both(payload(fields, outer, 'secret'), outer))
        state = view.wait_for(lambda state: state['bars'], 'a warning')
        self.assertIn('boss@example.org', state['bars'][0]['text'])
        self.assertIsNone(state['signed'])


class Titles(HeaderCase):
    def test_tab(self):
        uri = self.add(self.carol.both(*baseline('In a tab')))
        view = self.judged(WORLD.reading.show_in_tab(uri))
        pane = self.wait_subject(view, 'In a tab')
        self.assertEqual(pane['tab'], 'In a tab')
        self.assertTrue(pane['window'].startswith('In a tab'), pane['window'])

    def test_closed_tab(self):
        """Thunderbird's list of closed tabs has what stands outside."""
        uri = self.add(self.carol.both(*baseline('In a closed tab')))
        self.wait_subject(self.judged(WORLD.reading.show_in_tab(uri)), 'In a closed tab')
        title = WORLD.thunderbird.js('''
            const tabmail = document.getElementById("tabmail");
            tabmail.closeTab(tabmail.currentTabInfo);
            return tabmail.recentlyClosedTabs[0].title;''')
        self.assertEqual(title, HIDDEN)

    def test_window(self):
        uri = self.add(self.carol.both(*baseline('In a window')))
        view = self.judged(WORLD.reading.show_in_window(uri))
        self.wait_subject(view, 'In a window')
        title = WORLD.thunderbird.js(
            'return Services.wm.getMostRecentWindow("mail:messageWindow").document.title;')
        self.assertTrue(title.startswith('In a window'), title)

    def test_file(self):
        path = WORLD.path('message.eml')
        with open(path, 'wb') as file:
            file.write(self.carol.both(*baseline('In a file')))
        self.wait_subject(self.judged(WORLD.reading.show_file(path)), 'In a file')


class Receipts(HeaderCase):
    """Who hands a message on can't have the reading of it reported to him."""

    ASKED = {'disposition_notification_to': CAROL}

    def show(self, message):
        """In the inbox: for local folders Thunderbird knows no receipts."""
        before = len(WORLD.folders.headers(WORLD.folders.imap('alice')))
        WORLD.imap.append('alice', message)
        inbox = WORLD.folders.imap('alice')
        uri = WORLD.folders.wait_headers(inbox, before + 1)[-1]['uri']
        view = self.judged(WORLD.reading.show(uri))
        self.wait_subject(view, 'Receipt')
        return view

    def bars(self, view):
        """The bars above the message, Thunderbird's own as well."""
        return view.js('''return about.gMessageNotificationBar.msgNotificationBar.allNotifications
            .map(one => one.getAttribute("value"));''')

    def test_outside(self):
        entity, outer = baseline('Receipt')
        outside = outer | {'Disposition-Notification-To': 'mallory@example.com'}
        view = self.show(self.carol.both(entity, outside))
        self.assertNotIn('mdnRequested', self.bars(view))

    def test_inside(self):
        entity, outer = baseline('Receipt', **self.ASKED)
        view = self.show(self.carol.both(entity, outer))
        wait_until(lambda: 'mdnRequested' in self.bars(view), 'Thunderbird asks')


class List(HeaderCase):
    folder_name = 'Listed'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.list = MessageList(WORLD.thunderbird)

    def tearDown(self):
        self.keep(False)
        PAGE.close()
        super().tearDown()

    def keep(self, on):
        """Gives the consent on the options page, or takes it back."""
        PAGE.open('headers')
        PAGE.tick('Show protected subjects', on)
        wait_until(lambda: PAGE.enabled('Show protected subjects'), 'the page is done')

    def read(self, subject):
        """Shows a new message with that subject; gives its URI."""
        uri = self.add(self.carol.both(*baseline(subject)))
        self.wait_subject(self.judged(WORLD.reading.show(uri)), subject)
        return uri

    def subject_of(self, uri):
        """That of the message database."""
        return WORLD.thunderbird.js(HEADER, uri=uri)

    def wait_row(self, subject):
        self.list.show(self.folder)
        def subjects():
            return [row['subject'] for row in self.list.rows()]

        try:
            wait_until(lambda: subject in subjects(), f'"{subject}" in the list')
        except AssertionError as error:
            raise AssertionError(f'{error}, but {subjects()}') from None

    def test_consent(self):
        """In list and search by consent, and out again."""
        self.keep(True)
        WORLD.pictures.page('options-subjects', 'options.html')
        uri = self.read(f'Re: {SECRET}')
        wait_until(lambda: self.subject_of(uri) == SECRET, 'the subject is in the database')
        for kind in (CARDS, TABLE, CARDS):
            self.list.view(kind)
            self.wait_row(f'Re: {SECRET}')
        WORLD.pictures.window('header-subject-in-list')
        self.assertEqual(self.found_by_filter('家賃'), [uri])
        self.keep(False)
        self.assertIn('Number of subjects: 1', PAGE.text('#headers'))
        self.assertEqual(self.subject_of(uri), HIDDEN)
        self.wait_row(HIDDEN)
        self.assertEqual(self.found_by_filter('家賃'), [])

    def found_by_filter(self, words):
        """URIs of the messages that a search for words of the subject finds."""
        return WORLD.thunderbird.js(SEARCH, uri=self.folder, words=words)

    def test_nothing_without_consent(self):
        """Neither list nor search has it, and nothing of it is on disk."""
        secret = 'Unwritten Quixotry'
        uri = self.read(secret)
        view = self.judged(WORLD.reading.show_in_tab(uri))
        self.wait_subject(view, secret)
        self.assertEqual(self.subject_of(uri), HIDDEN)
        self.assertEqual(self.found_by_filter('Quixotry'), [])
        WORLD.thunderbird.js(COMMIT, uri=self.folder)
        found = [path for path in self.files() if secret.encode() in octets_of(path)]
        self.assertEqual(found, [])

    def test_traces(self):
        """What was taken out of the list is not in the folder's database any more."""
        secret = 'Passing Zephyr'
        self.keep(True)
        uri = self.read(secret)
        wait_until(lambda: self.subject_of(uri) == secret, 'the subject is in the database')
        WORLD.thunderbird.js(COMMIT, uri=self.folder)
        self.assertTrue(any(secret.encode() in octets_of(path) for path in self.files()))
        self.keep(False)
        found = [path for path in self.files()
                 if path.endswith('.msf') and secret.encode() in octets_of(path)]
        self.assertEqual(found, [])

    def files(self):
        """All that Thunderbird has written."""
        roots = (WORLD.thunderbird.profile, WORLD.thunderbird.temporary)
        return [os.path.join(folder, name) for root in roots
                for folder, _, names in os.walk(root) for name in names]


if __name__ == '__main__':
    tap.main()
