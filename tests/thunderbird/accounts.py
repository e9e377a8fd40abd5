# SPDX-License-Identifier: MPL-2.0
"""Mail accounts as preferences: IMAP accounts of one server, Local Folders, one SMTP server."""

from dataclasses import dataclass, field

from imap import PASSWORD

LOCAL = 'mailbox://nobody@Local%20Folders'
SAVE_PASSWORD = '''
const url = "imap://127.0.0.1";
const saved = await Services.logins.searchLoginsAsync({origin: url});
if (!saved.some(login => login.username == user)) {
  const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
  login.init(url, null, url, user, password, "", "");
  await Services.logins.addLoginAsync(login);
}
'''


@dataclass
class Account:
    """One person's account. With `user`, an IMAP account of that user; without, the mail is in
    Local Folders. `preferences` are further ones, "server.offline_download" or
    "identity.compose_html"."""

    address: str
    name: str
    user: str = None
    preferences: dict = field(default_factory=dict)

    def folders(self):
        """The URI below which its Drafts, Sent and Templates are."""
        return f'imap://{self.user}@127.0.0.1' if self.user else LOCAL


def _identity(number, account):
    base = account.folders()
    return {
        'fullName': account.name, 'useremail': account.address, 'smtpServer': 'smtp1',
        'valid': True, 'compose_html': True, 'fcc': True, 'fcc_folder_picker_mode': '0',
        'fcc_folder': f'{base}/Sent', 'draft_folder': f'{base}/Drafts',
        'drafts_folder_picker_mode': '0', 'stationery_folder': f'{base}/Templates',
        'tmpl_folder_picker_mode': '0', 'encryptionpolicy': 0, 'sign_mail': False,
    }


def _server(number, account, imap_port):
    """An account without IMAP has a server that is never asked."""
    common = {
        'hostname': '127.0.0.1', 'name': account.address, 'check_new_mail': False,
        'login_at_startup': False, 'download_on_biff': False, 'authMethod': 3, 'socketType': 0,
    }
    if not account.user:
        return common | {'type': 'pop3', 'port': 1, 'userName': f'pop{number}',
                         'directory-rel': f'[ProfD]Mail/pop{number}'}
    return common | {'type': 'imap', 'port': imap_port, 'userName': account.user,
                     'directory-rel': f'[ProfD]ImapMail/{account.user}'}


def _own(account, kind):
    return {name.partition('.')[2]: value for name, value in account.preferences.items()
            if name.startswith(f'{kind}.')}


def preferences_of(accounts, smtp_port, imap_port=None):
    """The preferences of these accounts, the first of which is the default, and Local Folders."""
    local = len(accounts) + 1
    branches = {
        'accountmanager': {
            'accounts': ','.join(f'account{number}' for number in range(1, local + 1)),
            'defaultaccount': 'account1', 'localfoldersserver': f'server{local}'},
        f'account.account{local}': {'server': f'server{local}'},
        f'server.server{local}': {
            'type': 'none', 'hostname': 'Local Folders', 'userName': 'nobody',
            'name': 'Local Folders', 'directory-rel': '[ProfD]Mail/Local Folders'},
        'smtpserver.smtp1': {
            'type': 'smtp', 'hostname': '127.0.0.1', 'port': smtp_port, 'authMethod': 1,
            'try_ssl': 0, 'username': '', 'description': 'sink'},
        'account': {'lastKey': local},
        'smtp': {'defaultserver': 'smtp1'},
    }
    for number, account in enumerate(accounts, 1):
        branches[f'account.account{number}'] = {'identities': f'id{number}',
                                                'server': f'server{number}'}
        branches[f'identity.id{number}'] = _identity(number, account) | _own(account, 'identity')
        branches[f'server.server{number}'] = (_server(number, account, imap_port)
                                              | _own(account, 'server'))
    found = {f'mail.{branch}.{name}': value for branch, members in branches.items()
             for name, value in members.items()}
    return found | {'mail.smtpservers': 'smtp1'}


def save_passwords(thunderbird, accounts):
    """As if the person had once entered each password and had it kept."""
    for account in accounts:
        if account.user:
            thunderbird.js(SAVE_PASSWORD, user=account.user, password=PASSWORD)
