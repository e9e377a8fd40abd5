/* SPDX-License-Identifier: MPL-2.0 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* process-cost INPUT OUTPUT PROGRAM [ARGUMENT…]: runs a program from one file to another, and
 * prints its exit status, microseconds that passed, microseconds of processor time, and its peak
 * resident memory in kB. A program of its own, since a process counts among its memory what the one
 * had that started it: an interpreter would hide what a small program needs. */

static long long
get_us(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

static long long
to_us(struct timeval time)
{
    return time.tv_sec * 1000000LL + time.tv_usec;
}

static void
redirect(const char *path, int flags, int descriptor)
{
    int file = open(path, flags, 0600);
    if (file < 0 || dup2(file, descriptor) < 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        _exit(127);
    }
    close(file);
}

int
main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    long long start = get_us();
    pid_t child = fork();
    if (child == 0) {
        redirect(argv[1], O_RDONLY, STDIN_FILENO);
        redirect(argv[2], O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
        execvp(argv[3], argv + 3);
        fprintf(stderr, "%s: %s\n", argv[3], strerror(errno));
        _exit(127);
    }
    int status = 0;
    struct rusage usage;
    if (child < 0 || wait4(child, &status, 0, &usage) < 0)
        return 1;
    printf("%d %lld %lld %ld\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1, get_us() - start,
           to_us(usage.ru_utime) + to_us(usage.ru_stime), usage.ru_maxrss);
    return 0;
}
