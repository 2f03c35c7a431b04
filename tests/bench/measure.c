/* Runs a command once and prints: wall time in µs, CPU time in µs, peak memory in KB, exit status.
 * In C because a parent's own memory counts into its child's peak: this one has next to none. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static long long cpu_us(const struct timeval *time) {
    return time->tv_sec * 1000000LL + time->tv_usec;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: measure OUTPUT_FILE COMMAND [ARGUMENT...]\n");
        return 2;
    }
    long long started = now_us();
    pid_t child = fork();
    if (child == 0) {
        int output = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (output < 0 || dup2(output, 1) < 0) _exit(126);
        execvp(argv[2], argv + 2);
        _exit(127);
    }
    int status;
    struct rusage usage;
    if (child < 0 || wait4(child, &status, 0, &usage) != child) {
        perror("measure");
        return 2;
    }
    printf("%lld %lld %ld %d\n", now_us() - started, cpu_us(&usage.ru_utime) + cpu_us(&usage.ru_stime),
           usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
