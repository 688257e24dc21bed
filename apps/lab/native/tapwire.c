/*
 * tapwire: wires with delay, jitter, loss, rate and cuts between network namespaces, for kernels without netem.
 *
 *   tapwire SOCKET        listens on a unix socket, prints "ready", runs until SIGTERM or "quit"
 *
 * Each wire joins a TAP device in one namespace with a TAP device in another; "ab" is the direction from the first to the
 * second. One command a line, answered by one line of JSON, {"ok":true} or {"error":"…"}:
 *
 *   wire NAME NETNS_A DEVICE_A NETNS_B DEVICE_B SEED      NETNS is a path such as /run/netns/x
 *   set NAME ab|ba KEY=NUMBER …                           the keys are those of KEYS below
 *   stats                                                 {"wires":[…]}: counters of every wire since it was made
 *   quit
 *
 * A packet waits for the queue in front of it, is sent at the rate, may be lost, then travels for the delay. Order is kept
 * unless reordering is asked for. Chance is drawn from one seeded source a direction, the same number of times for every
 * packet, so that the same packets always meet the same fate, whatever else is changed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { MAX_WIRES = 256, MAX_CLIENTS = 8, MAX_FRAME = 2048, MAX_HELD = 8192, MAX_LINE = 1024, READS_A_TURN = 64 };
static const uint64_t LATE_NS = 5000000;

enum { DELAY, JITTER, LOSS, ENTER, LEAVE, BURST_LOSS, RATE, QUEUE, REORDER, REORDER_BY, DUPLICATE, DOWN, KEY_COUNT };
/* Times in microseconds, chances in parts per million, the rate in bits a second (0: no limit), down 0 or 1. */
static const char *const KEYS[KEY_COUNT] = { "delayUs", "jitterUs", "lossPpm", "burstEnterPpm", "burstLeavePpm",
    "burstLossPpm", "rateBps", "queueUs", "reorderPpm", "reorderUs", "duplicatePpm", "down" };

enum { IN_PACKETS, IN_BYTES, OUT_PACKETS, OUT_BYTES, LOST, LOST_BURST, DROPPED_QUEUE, DROPPED_DOWN, DROPPED_DEVICE,
    DUPLICATED, REORDERED, LATE, COUNT_COUNT };
static const char *const COUNTS[COUNT_COUNT] = { "inPackets", "inBytes", "outPackets", "outBytes", "lost", "lostInBurst",
    "droppedByQueue", "droppedDown", "droppedByDevice", "duplicated", "reordered", "late" };

struct direction {
    int from, to; /* TAP file descriptors */
    uint64_t setting[KEY_COUNT], count[COUNT_COUNT];
    uint64_t random, busy_until, last_at, held;
    int in_burst;
};
struct wire { char name[32]; struct direction way[2]; };
struct packet { struct direction *way; size_t size; unsigned char frame[]; };
struct due { uint64_t at, order; struct packet *packet; };
struct client { int fd; size_t used; char line[MAX_LINE]; };

static struct wire wires[MAX_WIRES];
static struct client clients[MAX_CLIENTS];
static int wire_count, epoll_fd, timer_fd, home_ns, quitting;
static struct due *heap;
static size_t heap_used, heap_room;
static uint64_t next_order;

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* splitmix64: a number below a million, for chances in ppm. */
static uint64_t draw(struct direction *way) {
    uint64_t z = way->random += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) % 1000000;
}

static int before(const struct due *a, const struct due *b) {
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void hold(uint64_t at, struct direction *way, const void *frame, size_t size) {
    struct packet *packet = malloc(sizeof *packet + size);
    if (heap_used == heap_room) {
        size_t room = heap_room ? 2 * heap_room : 1024;
        struct due *larger = realloc(heap, room * sizeof *heap);
        if (larger) heap = larger, heap_room = room;
    }
    if (!packet || heap_used == heap_room) {
        free(packet);
        way->count[DROPPED_QUEUE]++;
        return;
    }
    packet->way = way;
    packet->size = size;
    memcpy(packet->frame, frame, size);
    way->held++;
    struct due item = { at, next_order++, packet };
    size_t i = heap_used++;
    for (; i > 0 && before(&item, &heap[(i - 1) / 2]); i = (i - 1) / 2) heap[i] = heap[(i - 1) / 2];
    heap[i] = item;
}

static struct packet *take_first(void) {
    struct packet *first = heap[0].packet;
    struct due item = heap[--heap_used];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < heap_used; i = child) {
        if (child + 1 < heap_used && before(&heap[child + 1], &heap[child])) child++;
        if (!before(&heap[child], &item)) break;
        heap[i] = heap[child];
    }
    heap[i] = item;
    return first;
}

/* What a wire does to one frame. */
static void carry(struct direction *way, const void *frame, size_t size) {
    const uint64_t *set = way->setting;
    uint64_t now = now_ns();
    way->count[IN_PACKETS]++;
    way->count[IN_BYTES] += size;
    uint64_t loss = draw(way), turn = draw(way), burst = draw(way), reorder = draw(way), twice = draw(way), sway = draw(way);
    if (set[DOWN]) { way->count[DROPPED_DOWN]++; return; }
    /* Gilbert–Elliott: two states; in the bad one packets are lost with a chance of their own. */
    if (turn < set[way->in_burst ? LEAVE : ENTER]) way->in_burst = !way->in_burst;
    uint64_t start = way->busy_until > now ? way->busy_until : now;
    if ((set[RATE] && start - now > set[QUEUE] * 1000) || way->held >= MAX_HELD) { way->count[DROPPED_QUEUE]++; return; }
    way->busy_until = start + (set[RATE] ? (uint64_t)size * 8000000000u / set[RATE] : 0);
    if (way->in_burst && burst < set[BURST_LOSS]) { way->count[LOST_BURST]++; return; }
    if (loss < set[LOSS]) { way->count[LOST]++; return; }
    /* Evenly from delay − jitter to delay + jitter, never before the packet was sent. */
    uint64_t travel = set[DELAY] * 1000 + set[JITTER] * sway / 500, early = set[JITTER] * 1000;
    uint64_t at = way->busy_until + (travel > early ? travel - early : 0);
    if (reorder < set[REORDER]) {
        at += set[REORDER_BY] * 1000;
        way->count[REORDERED]++;
    } else {
        if (at < way->last_at) at = way->last_at;
        way->last_at = at;
    }
    hold(at, way, frame, size);
    if (twice < set[DUPLICATE]) {
        way->count[DUPLICATED]++;
        hold(at, way, frame, size);
    }
}

static void deliver_due(void) {
    uint64_t now = now_ns();
    while (heap_used > 0 && heap[0].at <= now) {
        int late = now - heap[0].at > LATE_NS;
        struct packet *packet = take_first();
        struct direction *way = packet->way;
        way->held--;
        if (way->setting[DOWN]) way->count[DROPPED_DOWN]++; /* a cut also takes what is on its way */
        else if (write(way->to, packet->frame, packet->size) < 0) way->count[DROPPED_DEVICE]++;
        else {
            way->count[OUT_PACKETS]++;
            way->count[OUT_BYTES] += packet->size;
            way->count[LATE] += late;
        }
        free(packet);
    }
    struct itimerspec at = { { 0, 0 }, { 0, 0 } };
    if (heap_used > 0) {
        at.it_value.tv_sec = (time_t)(heap[0].at / 1000000000u);
        at.it_value.tv_nsec = (long)(heap[0].at % 1000000000u);
    }
    timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

static void watch(int fd, uint64_t what) {
    struct epoll_event event = { .events = EPOLLIN, .data.u64 = what };
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

/* A TAP device in another namespace; it lives as long as the file descriptor. Returns -1 with errno. */
static int open_tap(const char *netns, const char *device) {
    int ns = open(netns, O_RDONLY | O_CLOEXEC);
    if (ns < 0 || setns(ns, CLONE_NEWNET) != 0) {
        if (ns >= 0) close(ns);
        return -1;
    }
    close(ns);
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    struct ifreq request;
    memset(&request, 0, sizeof request);
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", device);
    if (fd >= 0 && ioctl(fd, TUNSETIFF, &request) != 0) {
        int why = errno;
        close(fd);
        errno = why;
        fd = -1;
    }
    int why = errno;
    if (setns(home_ns, CLONE_NEWNET) != 0) abort();
    errno = why;
    return fd;
}

static struct wire *find_wire(const char *name) {
    for (int i = 0; i < wire_count; i++)
        if (strcmp(wires[i].name, name) == 0) return &wires[i];
    return NULL;
}

/* A command returns NULL, or why it failed. */
static const char *make_wire(char *rest) {
    char name[32], netns_a[128], device_a[16], netns_b[128], device_b[16];
    unsigned long long seed;
    if (sscanf(rest, "%31s %127s %15s %127s %15s %llu", name, netns_a, device_a, netns_b, device_b, &seed) != 6)
        return "usage: wire NAME NETNS_A DEVICE_A NETNS_B DEVICE_B SEED";
    if (find_wire(name)) return "there is a wire of this name";
    if (wire_count == MAX_WIRES) return "no room for more wires";
    int a = open_tap(netns_a, device_a);
    if (a < 0) return strerror(errno);
    int b = open_tap(netns_b, device_b);
    if (b < 0) {
        close(a);
        return strerror(errno);
    }
    struct wire *wire = &wires[wire_count];
    memset(wire, 0, sizeof *wire);
    snprintf(wire->name, sizeof wire->name, "%s", name);
    for (int i = 0; i < 2; i++) {
        wire->way[i].from = i ? b : a;
        wire->way[i].to = i ? a : b;
        wire->way[i].random = seed * 2 + (uint64_t)i;
        watch(wire->way[i].from, (uint64_t)(wire_count * 2 + i));
    }
    wire_count++;
    return NULL;
}

static const char *set_wire(char *rest) {
    char *save, *name = strtok_r(rest, " ", &save), *side = strtok_r(NULL, " ", &save);
    struct wire *wire = name ? find_wire(name) : NULL;
    if (!wire) return "no such wire";
    if (!side || (strcmp(side, "ab") != 0 && strcmp(side, "ba") != 0)) return "the direction is ab or ba";
    struct direction *way = &wire->way[side[0] == 'b'];
    uint64_t wanted[KEY_COUNT];
    memcpy(wanted, way->setting, sizeof wanted);
    for (char *word; (word = strtok_r(NULL, " ", &save)) != NULL;) {
        char *value = strchr(word, '='), *end;
        if (!value) return "settings are KEY=NUMBER";
        *value++ = 0;
        int key = 0;
        while (key < KEY_COUNT && strcmp(KEYS[key], word) != 0) key++;
        if (key == KEY_COUNT) return "no such setting";
        wanted[key] = strtoull(value, &end, 10);
        if (end == value || *end != 0 || wanted[key] > 100000000000u) return "not a number in range";
    }
    memcpy(way->setting, wanted, sizeof wanted);
    return NULL;
}

static void write_stats(FILE *out) {
    fputs("{\"wires\":[", out);
    for (int i = 0; i < wire_count; i++) {
        fprintf(out, "%s{\"name\":\"%s\"", i ? "," : "", wires[i].name);
        for (int side = 0; side < 2; side++) {
            fprintf(out, ",\"%s\":{", side ? "ba" : "ab");
            for (int c = 0; c < COUNT_COUNT; c++)
                fprintf(out, "%s\"%s\":%llu", c ? "," : "", COUNTS[c], (unsigned long long)wires[i].way[side].count[c]);
            fputc('}', out);
        }
        fputc('}', out);
    }
    fputs("]}\n", out);
}

static void answer(int fd, char *line) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) return;
    const char *failure = NULL;
    if (strncmp(line, "wire ", 5) == 0) failure = make_wire(line + 5);
    else if (strncmp(line, "set ", 4) == 0) failure = set_wire(line + 4);
    else if (strcmp(line, "quit") == 0) quitting = 1;
    else if (strcmp(line, "stats") != 0) failure = "no such command";
    if (strcmp(line, "stats") == 0) write_stats(out);
    else if (failure) fprintf(out, "{\"error\":\"%s\"}\n", failure);
    else fputs("{\"ok\":true}\n", out);
    fclose(out);
    /* The client's socket blocks: a client of ours reads its answers. */
    for (size_t sent = 0; sent < size;) {
        ssize_t n = send(fd, text + sent, size - sent, MSG_NOSIGNAL);
        if (n <= 0) break;
        sent += (size_t)n;
    }
    free(text);
}

static void hear(struct client *client) {
    ssize_t n = recv(client->fd, client->line + client->used, MAX_LINE - client->used, MSG_DONTWAIT);
    if (n > 0) client->used += (size_t)n;
    for (char *end; n > 0 && (end = memchr(client->line, '\n', client->used)) != NULL;) {
        *end = 0;
        answer(client->fd, client->line);
        client->used -= (size_t)(end + 1 - client->line);
        memmove(client->line, end + 1, client->used);
    }
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) || client->used == MAX_LINE) {
        close(client->fd);
        client->fd = -1;
    }
}

static void welcome(int listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    struct timeval patience = { 1, 0 };
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    for (int i = 0; fd >= 0 && i < MAX_CLIENTS; i++) {
        if (clients[i].fd >= 0) continue;
        clients[i].fd = fd;
        clients[i].used = 0;
        watch(fd, (uint64_t)(2 * MAX_WIRES + i));
        return;
    }
    if (fd >= 0) close(fd);
}

static void stop(int signal) { (void)signal; quitting = 1; }

int main(int argc, char **argv) {
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) {
        fputs("usage: tapwire SOCKET\n", stderr);
        return 2;
    }
    snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[1]);
    struct sigaction action = { .sa_handler = stop };
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    /* Ahead of the programs under test, so that their load does not become delay. Works without, less exactly. */
    struct sched_param priority = { .sched_priority = 1 };
    if (sched_setscheduler(0, SCHED_RR, &priority) != 0) setpriority(PRIO_PROCESS, 0, -15);
    for (int i = 0; i < MAX_CLIENTS; i++) clients[i].fd = -1;
    home_ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (home_ns < 0 || epoll_fd < 0 || timer_fd < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0
        || listen(listener, MAX_CLIENTS) != 0) {
        perror("tapwire");
        return 1;
    }
    const uint64_t timer = 2 * MAX_WIRES + MAX_CLIENTS, door = timer + 1;
    watch(timer_fd, timer);
    watch(listener, door);
    puts("ready");
    fflush(stdout);
    while (!quitting) {
        struct epoll_event events[64];
        int n = epoll_wait(epoll_fd, events, 64, -1);
        for (int i = 0; i < n; i++) {
            uint64_t what = events[i].data.u64;
            unsigned char frame[MAX_FRAME];
            if (what < 2 * MAX_WIRES) {
                struct direction *way = &wires[what / 2].way[what % 2];
                ssize_t size = 0;
                for (int turn = 0; turn < READS_A_TURN && (size = read(way->from, frame, sizeof frame)) > 0; turn++)
                    carry(way, frame, (size_t)size);
                /* The namespace is being taken down: without this the loop would spin on its error. */
                if (size < 0 && errno != EAGAIN && errno != EINTR) epoll_ctl(epoll_fd, EPOLL_CTL_DEL, way->from, NULL);
            } else if (what < timer) hear(&clients[what - 2 * MAX_WIRES]);
            else if (what == door) welcome(listener);
            else (void)!read(timer_fd, frame, 8);
        }
        deliver_due();
    }
    unlink(address.sun_path);
    return 0;
}
