/*
 * nsprobe: sockets in any network namespace, held by one process, with the kernel's own arrival times.
 *
 * Commands on stdin, one a line; what happens on stdout, one line of JSON each. ID is a number below 1024 of the caller's.
 *
 *   udp ID NETNS ADDRESS PORT               opens a socket       {"opened":ID,"port":N}
 *   listen ID NETNS ADDRESS PORT            accepts TCP          {"opened":ID,"port":N}
 *   connect ID NETNS ADDRESS PORT           tries TCP            {"connected":ID,"result":"open"|"refused"|"failed"}, when known
 *   send ID ADDRESS PORT TEXT               one packet; what arrives elsewhere is {"heard":ID,"from":"A","port":N,"text":"…"}
 *   train ID ADDRESS PORT COUNT GAP_US SIZE a row of packets of SIZE bytes, then {"sent":ID,"count":N}
 *   tally ID                                {"tally":ID,"packets":[[SEQUENCE,ONE_WAY_DELAY_US,ARRIVED_US],…]} of trains since the last tally
 *   close ID                                frees it
 *
 * A command that fails gives {"failed":ID,"why":"…"}. Ends with its stdin.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_SOCKETS = 1024, MAX_ARRIVALS = 20000, MAX_SIZE = 1400, MAX_TEXT = 200 };
static const char MARK[4] = { 'S', 'K', 'T', '1' };

struct head { char mark[4]; uint32_t sequence; int64_t sent_ns; };
struct arrival { uint32_t sequence; int64_t delay_us, at_us; };
struct train { struct sockaddr_storage to; int count, done, size; int64_t gap_ns, next_ns; };
enum kind { FREE, UDP, LISTENER, CONNECTING };
struct slot { enum kind kind; int fd; struct train train; struct arrival *arrivals; int arrived; };

static struct slot slots[MAX_SOCKETS];
static int home_ns;

static int64_t now_ns(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void failed(int id, const char *why) { printf("{\"failed\":%d,\"why\":\"%s\"}\n", id, why); }

static socklen_t address_of(const char *text, int port, struct sockaddr_storage *into) {
    memset(into, 0, sizeof *into);
    struct sockaddr_in *v4 = (struct sockaddr_in *)into;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)into;
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        return sizeof *v4;
    }
    if (inet_pton(AF_INET6, text, &v6->sin6_addr) != 1) return 0;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons((uint16_t)port);
    return sizeof *v6;
}

static int port_of(const struct sockaddr_storage *address) {
    return ntohs(address->ss_family == AF_INET ? ((const struct sockaddr_in *)address)->sin_port
                                               : ((const struct sockaddr_in6 *)address)->sin6_port);
}

static void close_slot(struct slot *slot) {
    if (slot->kind != FREE) close(slot->fd);
    free(slot->arrivals);
    memset(slot, 0, sizeof *slot);
}

/* A socket belongs to the namespace it was made in, wherever its process is later. */
static int socket_in(const char *netns, int family, int type) {
    int ns = open(netns, O_RDONLY | O_CLOEXEC), fd = -1;
    if (ns >= 0 && setns(ns, CLONE_NEWNET) == 0) {
        fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        int why = errno;
        if (setns(home_ns, CLONE_NEWNET) != 0) abort();
        errno = why;
    }
    if (ns >= 0) close(ns);
    return fd;
}

static void open_slot(int id, enum kind kind, const char *netns, const char *address, int port) {
    struct slot *slot = &slots[id];
    struct sockaddr_storage at;
    socklen_t size = address_of(address, port, &at);
    if (slot->kind != FREE || size == 0) {
        failed(id, size == 0 ? "not an address" : "in use");
        return;
    }
    const int on = 1, room = 4 << 20;
    int fd = socket_in(netns, at.ss_family, kind == UDP ? SOCK_DGRAM : SOCK_STREAM);
    if (fd < 0) {
        failed(id, strerror(errno));
        return;
    }
    slot->kind = kind;
    slot->fd = fd;
    if (kind == CONNECTING) {
        if (connect(fd, (struct sockaddr *)&at, size) == 0 || errno == EINPROGRESS) return;
        failed(id, strerror(errno));
        close_slot(slot);
        return;
    }
    if (kind == LISTENER) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
    if (bind(fd, (struct sockaddr *)&at, size) != 0 || (kind == LISTENER && listen(fd, 8) != 0)
        || getsockname(fd, (struct sockaddr *)&at, &size) != 0) {
        failed(id, strerror(errno));
        close_slot(slot);
        return;
    }
    printf("{\"opened\":%d,\"port\":%d}\n", id, port_of(&at));
}

static void keep_arrival(struct slot *slot, const struct head *head, int64_t at_ns) {
    if (!slot->arrivals) slot->arrivals = malloc(MAX_ARRIVALS * sizeof *slot->arrivals);
    if (!slot->arrivals || slot->arrived == MAX_ARRIVALS) return;
    slot->arrivals[slot->arrived++] = (struct arrival){ head->sequence, (at_ns - head->sent_ns) / 1000, at_ns / 1000 };
}

static int is_plain(const char *text, ssize_t size) {
    for (ssize_t i = 0; i < size; i++)
        if (text[i] < ' ' || text[i] > '~' || text[i] == '"' || text[i] == '\\') return 0;
    return size <= MAX_TEXT;
}

static void receive(int id) {
    char data[MAX_SIZE], control[256], from_text[INET6_ADDRSTRLEN];
    struct sockaddr_storage from;
    for (int turn = 0; turn < 64; turn++) {
        struct iovec part = { data, sizeof data };
        struct msghdr message = { &from, sizeof from, &part, 1, control, sizeof control, 0 };
        ssize_t size = recvmsg(slots[id].fd, &message, 0);
        if (size < 0) return; /* nothing more, or an ICMP error that was told to the sender */
        int64_t at_ns = now_ns(CLOCK_REALTIME);
        for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
            struct timespec stamp;
            if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_TIMESTAMPNS) continue;
            memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
            at_ns = (int64_t)stamp.tv_sec * 1000000000 + stamp.tv_nsec;
        }
        struct head head;
        if ((size_t)size >= sizeof head && memcmp(data, MARK, sizeof MARK) == 0) {
            memcpy(&head, data, sizeof head);
            keep_arrival(&slots[id], &head, at_ns);
        } else if (is_plain(data, size)) {
            const void *raw = from.ss_family == AF_INET ? (void *)&((struct sockaddr_in *)&from)->sin_addr
                                                        : (void *)&((struct sockaddr_in6 *)&from)->sin6_addr;
            inet_ntop(from.ss_family, raw, from_text, sizeof from_text);
            printf("{\"heard\":%d,\"from\":\"%s\",\"port\":%d,\"text\":\"%.*s\"}\n", id, from_text, port_of(&from), (int)size, data);
        }
    }
}

static void settle_connect(int id) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(slots[id].fd, SOL_SOCKET, SO_ERROR, &error, &size);
    printf("{\"connected\":%d,\"result\":\"%s\"}\n", id, error == 0 ? "open" : error == ECONNREFUSED ? "refused" : "failed");
    close_slot(&slots[id]);
}

static void send_text(int id, const char *address, int port, const char *text) {
    struct sockaddr_storage to;
    socklen_t size = address_of(address, port, &to);
    if (slots[id].kind != UDP || size == 0) failed(id, "no such socket or address");
    else (void)!sendto(slots[id].fd, text, strlen(text), 0, (struct sockaddr *)&to, size);
}

static void start_train(int id, const char *address, int port, int count, int gap_us, int size) {
    struct train *train = &slots[id].train;
    if (slots[id].kind != UDP || address_of(address, port, &train->to) == 0) failed(id, "no such socket or address");
    else if (train->count != train->done || count < 1 || size > MAX_SIZE || size < (int)sizeof(struct head)) failed(id, "not a train");
    else {
        train->count = count;
        train->done = 0;
        train->size = size;
        train->gap_ns = (int64_t)gap_us * 1000;
        train->next_ns = now_ns(CLOCK_MONOTONIC);
    }
}

/* Sends what is due of a train; a packet that cannot be sent is not counted as sent. Never catches up in a burst. */
static void run_train(int id, int64_t now) {
    struct train *train = &slots[id].train;
    char data[MAX_SIZE] = { 0 };
    while (train->done < train->count && train->next_ns <= now) {
        struct head head = { { 0 }, (uint32_t)train->done, now_ns(CLOCK_REALTIME) };
        memcpy(head.mark, MARK, sizeof MARK);
        memcpy(data, &head, sizeof head);
        socklen_t to_size = train->to.ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
        (void)!sendto(slots[id].fd, data, (size_t)train->size, 0, (struct sockaddr *)&train->to, to_size);
        train->next_ns = train->gap_ns == 0 ? now : now_ns(CLOCK_MONOTONIC) + train->gap_ns;
        if (++train->done == train->count) printf("{\"sent\":%d,\"count\":%d}\n", id, train->count);
    }
}

static void tally(int id) {
    printf("{\"tally\":%d,\"packets\":[", id);
    for (int i = 0; i < slots[id].arrived; i++) {
        const struct arrival *a = &slots[id].arrivals[i];
        printf("%s[%u,%lld,%lld]", i ? "," : "", a->sequence, (long long)a->delay_us, (long long)a->at_us);
    }
    puts("]}");
    slots[id].arrived = 0;
}

static void obey(char *line) {
    char word[16], netns[128], address[64], text[MAX_TEXT + 1];
    int id, port, count, gap, size;
    if (sscanf(line, "%15s %d", word, &id) != 2 || id < 0 || id >= MAX_SOCKETS) failed(-1, "no such command");
    else if (strcmp(word, "close") == 0) close_slot(&slots[id]);
    else if (strcmp(word, "tally") == 0) tally(id);
    else if (sscanf(line, "send %*d %63s %d %200[^\n]", address, &port, text) == 3) send_text(id, address, port, text);
    else if (sscanf(line, "train %*d %63s %d %d %d %d", address, &port, &count, &gap, &size) == 5)
        start_train(id, address, port, count, gap, size);
    else if (sscanf(line, "%*s %*d %127s %63s %d", netns, address, &port) != 3) failed(id, "no such command");
    else if (strcmp(word, "udp") == 0) open_slot(id, UDP, netns, address, port);
    else if (strcmp(word, "listen") == 0) open_slot(id, LISTENER, netns, address, port);
    else if (strcmp(word, "connect") == 0) open_slot(id, CONNECTING, netns, address, port);
    else failed(id, "no such command");
}

/* Reads stdin without stdio, whose buffer poll does not see. Returns 0 at its end. */
static int hear_commands(void) {
    static char line[4096];
    static size_t used;
    ssize_t n = read(STDIN_FILENO, line + used, sizeof line - used);
    if (n <= 0) return 0;
    used += (size_t)n;
    for (char *end; (end = memchr(line, '\n', used)) != NULL;) {
        *end = 0;
        obey(line);
        used -= (size_t)(end + 1 - line);
        memmove(line, end + 1, used);
    }
    return used < sizeof line;
}

int main(void) {
    home_ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    for (;;) {
        struct pollfd watched[MAX_SOCKETS + 1] = { { STDIN_FILENO, POLLIN, 0 } };
        int ids[MAX_SOCKETS + 1], n = 1;
        int64_t now = now_ns(CLOCK_MONOTONIC), next = INT64_MAX;
        for (int id = 0; id < MAX_SOCKETS; id++) {
            if (slots[id].kind == FREE) continue;
            run_train(id, now);
            const struct train *train = &slots[id].train;
            if (train->done < train->count && train->next_ns < next) next = train->next_ns;
            watched[n] = (struct pollfd){ slots[id].fd, slots[id].kind == CONNECTING ? POLLOUT : POLLIN, 0 };
            ids[n++] = id;
        }
        fflush(stdout);
        int64_t wait = next - now_ns(CLOCK_MONOTONIC);
        struct timespec patience = { wait > 0 ? wait / 1000000000 : 0, wait > 0 ? wait % 1000000000 : 0 };
        if (ppoll(watched, (nfds_t)n, next == INT64_MAX ? NULL : &patience, NULL) < 0 && errno != EINTR) return 1;
        if (watched[0].revents && !hear_commands()) return 0;
        for (int i = 1; i < n; i++) {
            if (!watched[i].revents || slots[ids[i]].kind == FREE) continue;
            if (slots[ids[i]].kind == UDP) receive(ids[i]);
            else if (slots[ids[i]].kind == CONNECTING) settle_connect(ids[i]);
            else {
                int guest = accept4(slots[ids[i]].fd, NULL, NULL, SOCK_CLOEXEC);
                if (guest >= 0) close(guest);
            }
        }
    }
}
