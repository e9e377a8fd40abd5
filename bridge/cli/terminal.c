/* SPDX-License-Identifier: MPL-2.0 */

#include <errno.h>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "input.h"

#define MAX_PASSWORD_OCTETS 1024

static gchar *
read_line(gint fd)
{
    gchar line[MAX_PASSWORD_OCTETS];
    gsize n_line = 0;
    while (n_line < sizeof line - 1) {
        gssize n = read(fd, line + n_line, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || line[n_line] == '\n')
            break;
        n_line++;
    }
    gchar *password = g_utf8_validate(line, (gssize)n_line, NULL) ? g_strndup(line, n_line) : NULL;
    explicit_bzero(line, sizeof line);
    return password;
}

static void
say(gint fd, const gchar *text)
{
    if (write(fd, text, strlen(text)) < 0)
        g_debug("the terminal does not take text");
}

gchar *
terminal_ask_password(const gchar *prompt)
{
    gint fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    struct termios shown, hidden;
    gchar *password = NULL;
    if (tcgetattr(fd, &shown) == 0) {
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        say(fd, prompt);
        tcsetattr(fd, TCSAFLUSH, &hidden);
        password = read_line(fd);
        tcsetattr(fd, TCSAFLUSH, &shown);
        say(fd, "\n");
    }
    close(fd);
    return password;
}
