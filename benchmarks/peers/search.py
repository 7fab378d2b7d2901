# SPDX-License-Identifier: MIT
"""Exact search of the 100 nearest: FAISS and PyTorch, on random unit vectors."""
import functools

from work import Ours, Work

K = 100


@functools.cache
def vectors(size, dim, seed):
    import numpy

    rows = numpy.random.default_rng(seed).standard_normal((size, dim), numpy.float32)
    return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)


def faiss_index(size, dim, count, kind):
    def make(threads):
        import faiss

        quantizer = {"fp16": "QT_fp16", "bf16": "QT_bf16", "SQ8": "QT_8bit"}.get(kind)
        metric = faiss.METRIC_INNER_PRODUCT
        index = faiss.IndexScalarQuantizer(dim, getattr(faiss.ScalarQuantizer, quantizer), metric) if quantizer else faiss.IndexFlatIP(dim)
        faiss.omp_set_num_threads(threads)
        index.train(vectors(size, dim, 1)[:1000])
        index.add(vectors(size, dim, 1))
        queries = vectors(count, dim, 2)

        def call():
            faiss.omp_set_num_threads(threads)
            index.search(queries, K)

        return call

    return make


def pytorch(size, dim, count):
    def make(threads):
        import torch

        rows, queries = torch.from_numpy(vectors(size, dim, 1)), torch.from_numpy(vectors(count, dim, 2))

        def call():
            torch.set_num_threads(threads)
            (queries @ rows.T).topk(K)

        return call

    return make


@functools.cache
def codes(size, seed):
    import numpy

    return numpy.random.default_rng(seed).integers(0, 256, (size, 64), numpy.uint8)


def faiss_binary(size, count):
    def make(threads):
        import faiss

        index = faiss.IndexBinaryFlat(512)
        faiss.omp_set_num_threads(threads)
        index.add(codes(size, 1))
        queries = codes(count, 2)

        def call():
            faiss.omp_set_num_threads(threads)
            index.search(queries, K)

        return call

    return make


# What holds the descriptors; all give the answers of the first to the last bit.
HOLDINGS = {"": "flat_index", ", filtered by bfloat16": "filtered_by_bfloat", ", filtered by bytes": "filtered_by_bytes"}


def flat(size, dim, count, threads, benchmark="flat_index"):
    return Ours("bench_index", f"{benchmark}<InnerProduct>/descriptors:{size}/dim:{dim}/queries:{count}", threads, count)


def works():
    for size, dim in ((20000, 512), (2000, 8448), (200000, 512), (50000, 4096), (10000, 8448)):
        for count in (1, 16, 256):
            peers = {f"FAISS {kind}": faiss_index(size, dim, count, kind) for kind in ("flat", "fp16", "bf16", "SQ8")}
            for holding, benchmark in HOLDINGS.items():
                for threads in (1, 2):
                    yield Work(f"top-{K} of {size}x{dim}, {count} queries{holding}", flat(size, dim, count, threads, benchmark),
                               peers | {"PyTorch": pytorch(size, dim, count)}, 1.5)
    for count in (1, 16):
        for threads in (1, 2):
            yield Work(f"Hamming top-{K} of 10 M x 512 bits, {count} queries",
                       Ours("bench_index", f"binary_index/codes:10000000/queries:{count}", threads, count),
                       {"FAISS binary flat": faiss_binary(10000000, count)}, 1.5)
