# SPDX-License-Identifier: MPL-2.0
"""Preferences of a Thunderbird under test: quiet, without network but ours, otherwise stock."""

import json
import os

QUIET = {
    # Marionette: a port that the kernel chooses, and none of the preferences that it recommends:
    # they change how add-ons are installed
    'marionette.port': 0,
    'remote.prefs.recommended': False,
    'app.update.auto': False,
    'app.donation.eoy.version.viewed': 999,
    'browser.shell.checkDefaultBrowser': False,
    'browser.safebrowsing.malware.enabled': False,
    'browser.safebrowsing.phishing.enabled': False,
    'calendar.timezone.local': 'UTC',
    'calendar.timezone.useSystemTimezone': False,
    'datareporting.healthreport.uploadEnabled': False,
    'datareporting.policy.dataSubmissionEnabled': False,
    'datareporting.policy.dataSubmissionPolicyBypassNotification': True,
    'extensions.blocklist.enabled': False,
    'extensions.getAddons.cache.enabled': False,
    'extensions.update.enabled': False,
    'mail.accounthub.enabled': False,
    'mail.biff.play_sound': False,
    'mail.biff.show_alert': False,
    'mail.chat.enabled': False,
    'mail.inappnotifications.enabled': False,
    'mail.inappnotifications.url': '',
    'mail.provider.suppress_dialog_on_startup': True,
    'mail.rights.version': 1,
    'mail.shell.checkDefaultClient': False,
    'mail.spotlight.firstRunDone': True,
    'mail.startup.enabledMailCheckOnce': True,
    'mail.winsearch.firstRunDone': True,
    'mailnews.start_page.enabled': False,
    'mailnews.start_page_override.mstone': 'ignore',
    'network.captive-portal-service.enabled': False,
    'network.connectivity-service.enabled': False,
    'services.settings.server': 'data:,#remote-settings-dummy/v1',
    'toolkit.telemetry.enabled': False,
    'toolkit.telemetry.server': '',
    # no modal question before a large message is sent
    'mailnews.message_warning_size': 0,
    # nothing but loopback is reached: all else goes to a proxy that is not there
    'network.proxy.type': 1,
    'network.proxy.http': '127.0.0.1',
    'network.proxy.http_port': 9,
    'network.proxy.ssl': '127.0.0.1',
    'network.proxy.ssl_port': 9,
    'browser.region.update.enabled': False,
    'browser.region.network.url': '',
    # to the log
    'browser.dom.window.dump.enabled': True,
    'devtools.console.stdout.chrome': True,
    'devtools.console.stdout.content': True,
}


def write(profile, preferences):
    """Writes user.js: these preferences hold from the next start on."""
    with open(os.path.join(profile, 'user.js'), 'w', encoding='utf-8') as file:
        for name, value in {**QUIET, **preferences}.items():
            file.write(f'user_pref({json.dumps(name)}, {json.dumps(value)});\n')
