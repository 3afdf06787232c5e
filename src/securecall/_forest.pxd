"""Fusion: boosted trees over the numbers of a change give the log odds of each kind of event.

A tree asks one number after the other; its leaf adds to the log odds. The trees are data
(fraud/data), trained on simulated calls by benchmarks/evidence; which number moved the odds how far
can be read off the way through them (`fraud.forest`).
"""

from libc.stdint cimport int16_t, int64_t
from libc.string cimport memset

cdef enum:
    FOREST_KINDS = 4       # three_way, call_forwarding, line_switch, noise_anomaly
    FOREST_NODES = 32000
    FOREST_TREES = 1024
    KIND_NUMBERS = 5
    NODE_NUMBERS = 3       # of a packed node: feature (-1 in a leaf), number, right

cdef struct Node:
    float number           # goes left up to it; in a leaf what it adds
    int16_t feature        # -1: a leaf
    int16_t right          # the left one is the next

cdef struct Forest:
    int kinds              # 0: none
    int trees[4]           # so many of each kind, one kind after the other
    int16_t root[1024]
    float base[4]
    float told[4]          # log odds from which on a change is told
    int first[4]           # after so many trees of a kind, log odds below `stop` are not told
    float stop[4]
    Node node[32000]


cdef inline int sc_forest_unpack(
    const float* number, int64_t count, int features, Forest* forest
) noexcept nogil:
    """Fill a forest from numbers; return -1 if they are none.

    Kinds; of each its trees, base, told, first and stop; then for each tree how many nodes, and
    the nodes.
    """
    cdef int k, t, n, nodes, trees = 0, at = 0, used = 0
    memset(forest, 0, sizeof(Forest))
    if count < 1 or not 0 < number[0] <= FOREST_KINDS:
        return -1
    forest.kinds = <int> number[0]
    at = 1
    if count < 1 + KIND_NUMBERS * forest.kinds:
        return -1
    for k in range(forest.kinds):
        forest.trees[k] = <int> number[at]
        forest.base[k] = number[at + 1]
        forest.told[k] = number[at + 2]
        forest.first[k] = <int> number[at + 3]
        forest.stop[k] = number[at + 4]
        if not 0 <= forest.trees[k] <= FOREST_TREES - trees:
            return -1
        trees += forest.trees[k]
        at += KIND_NUMBERS
    for t in range(trees):
        if at >= count:
            return -1
        nodes = <int> number[at]
        at += 1
        if not 0 < nodes <= FOREST_NODES - used or at + NODE_NUMBERS * <int64_t> nodes > count:
            return -1
        forest.root[t] = <int16_t> used
        for n in range(nodes):
            forest.node[used + n].feature = <int16_t> number[at]
            forest.node[used + n].number = number[at + 1]
            forest.node[used + n].right = <int16_t> (used + <int> number[at + 2])
            # Every way goes on, and ends in a leaf of the same tree.
            if not -1 <= number[at] < features or number[at] != forest.node[used + n].feature:
                return -1
            if number[at] >= 0 and not (n + 1 < number[at + 2] < nodes):
                return -1
            at += NODE_NUMBERS
        if forest.node[used + nodes - 1].feature >= 0:
            return -1
        used += nodes
    return 0 if at == count else -1


cdef inline int sc_forest_weigh(
    const Forest* forest, const float* value, float* scores
) noexcept nogil:
    """Write the log odds of each kind; return whether one of them is to be told.

    Most changes are nothing, and the first trees of a kind already say so.
    """
    cdef int k, t, at, first = 0, told = 0
    cdef float score
    cdef const Node* node
    for k in range(forest.kinds):
        score = forest.base[k]
        for t in range(first, first + forest.trees[k]):
            if t == first + forest.first[k] and score < forest.stop[k]:
                break
            at = forest.root[t]
            node = &forest.node[at]
            while node.feature >= 0:
                at = at + 1 if value[node.feature] <= node.number else node.right
                node = &forest.node[at]
            score += node.number
        first += forest.trees[k]
        scores[k] = score
        told |= score >= forest.told[k]
    return told
