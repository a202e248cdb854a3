// Match a graph with LEMON and print what it took.
// Usage: lemon_harness FILE weight|perfect LEAST SECONDS MOST CAP
//
// Repeats at least LEAST times (fewer once 20 seconds are spent), then until SECONDS are spent, at most MOST times; a
// repeat that takes longer than CAP seconds ends the process by an alarm.
// FILE, in the machine's own byte order, 64-bit signed: n, m, then m first ends, m second ends, m weights.
// One line of JSON for each repeat, flushed at once, so that whoever stops us still has those before:
// seconds of building the graph, seconds of run() alone, total weight, pairs. A last line gives the peak memory.

#include <lemon/matching.h>
#include <lemon/smart_graph.h>
#include <sys/resource.h>
#include <sys/time.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

using Graph = lemon::SmartGraph;
using Weights = Graph::EdgeMap<std::int64_t>;
using Clock = std::chrono::steady_clock;

static double seconds(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

static std::vector<std::int64_t> take(std::FILE* file, std::size_t many) {
  std::vector<std::int64_t> values(many);
  if (std::fread(values.data(), sizeof(std::int64_t), many, file) != many) {
    std::fprintf(stderr, "the file of edges is too short\n");
    std::exit(2);
  }
  return values;
}

struct Edges {
  std::size_t n;
  std::vector<std::int64_t> u, v, weight;
};

static Edges read_edges(const char* path) {
  std::FILE* file = std::fopen(path, "rb");
  if (!file) {
    std::fprintf(stderr, "cannot open the file of edges\n");
    std::exit(2);
  }
  const auto head = take(file, 2);
  const auto m = static_cast<std::size_t>(head[1]);
  Edges edges{static_cast<std::size_t>(head[0]), take(file, m), take(file, m), take(file, m)};
  std::fclose(file);
  return edges;
}

static void ring_after(double cap) {
  itimerval alarm{};
  alarm.it_value.tv_sec = static_cast<time_t>(cap);
  alarm.it_value.tv_usec = static_cast<suseconds_t>(1e6 * (cap - static_cast<double>(alarm.it_value.tv_sec)));
  setitimer(ITIMER_REAL, &alarm, nullptr);
}

template <class Matching>
static bool match_once(const Edges& edges, bool perfect) {
  const auto begun = Clock::now();
  Graph graph;
  graph.reserveNode(static_cast<int>(edges.n));
  graph.reserveEdge(static_cast<int>(edges.u.size()));
  for (std::size_t i = 0; i < edges.n; ++i) graph.addNode();
  for (std::size_t i = 0; i < edges.u.size(); ++i)
    graph.addEdge(graph.nodeFromId(static_cast<int>(edges.u[i])), graph.nodeFromId(static_cast<int>(edges.v[i])));
  Weights weight(graph);
  for (std::size_t i = 0; i < edges.u.size(); ++i) weight[graph.edgeFromId(static_cast<int>(i))] = edges.weight[i];
  const auto built = Clock::now();
  Matching matching(graph, weight);
  matching.run();
  const auto done = Clock::now();
  long long pairs = 0;
  std::int64_t total = 0;
  for (Graph::EdgeIt edge(graph); edge != lemon::INVALID; ++edge)
    if (matching.matching(edge)) {
      ++pairs;
      total += weight[edge];
    }
  if (perfect && 2 * static_cast<std::size_t>(pairs) != edges.n) {
    std::fprintf(stderr, "there is no perfect matching\n");
    return false;
  }
  std::printf("{\"build\": %.9f, \"run\": %.9f, \"weight\": %lld, \"pairs\": %lld}\n", seconds(begun, built),
              seconds(built, done), static_cast<long long>(total), pairs);
  std::fflush(stdout);
  return true;
}

// VmHWM, where there is one: ru_maxrss also remembers the process that started this one.
static long peak_kib() {
  if (std::FILE* file = std::fopen("/proc/self/status", "r")) {
    char line[256];
    long kib = 0;
    while (std::fgets(line, sizeof line, file) && std::sscanf(line, "VmHWM: %ld", &kib) != 1) {
    }
    std::fclose(file);
    if (kib) return kib;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fprintf(stderr, "usage: lemon_harness FILE weight|perfect LEAST SECONDS MOST CAP\n");
    return 2;
  }
  const Edges edges = read_edges(argv[1]);
  const bool perfect = std::strcmp(argv[2], "perfect") == 0;
  const int least = std::atoi(argv[3]), most = std::atoi(argv[5]);
  const double budget = std::atof(argv[4]), cap = std::atof(argv[6]);
  const auto begun = Clock::now();
  for (int taken = 0; taken < most; ++taken) {
    const double spent = seconds(begun, Clock::now());
    if (taken > 0 && spent >= (taken < least ? 20.0 : budget)) break;
    ring_after(cap);
    const bool fine = perfect ? match_once<lemon::MaxWeightedPerfectMatching<Graph, Weights>>(edges, true)
                              : match_once<lemon::MaxWeightedMatching<Graph, Weights>>(edges, false);
    ring_after(0);
    if (!fine) return 3;
  }
  std::printf("{\"peak_kib\": %ld}\n", peak_kib());
  return 0;
}
