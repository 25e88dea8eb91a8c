"""Figures that others published for the question sets of ``sets``, each with its source; shares of 1, as our own."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Published:
    """What one system is said to score."""

    name: str
    source: str
    measures: Mapping[str, float]


def _found(name: str, source: str, ndcg: float, first: float | None = None) -> Published:
    return Published(name, source, ({} if first is None else {"hit@1": first}) | {"ndcg@10": ndcg})


def _read(name: str, source: str, f1: float, em: float | None = None) -> Published:
    return Published(name, source, ({} if em is None else {"em": em}) | {"f1": f1})


MTEB = "results of MTEB"
BEIR = "Thakur et al., BEIR, 2021"
MINILM = "Wang et al., MiniLM, 2020"
KNOW = "Rajpurkar et al., Know What You Don't Know, 2018, table 3, development set"
DISTILBERT = "the card of distilbert-base-cased-distilled-squad"
REALTIME = "Kasai et al., RealTime QA, 2022, with the baselines' results"

XQUAD = (
    _found("BM25", MTEB, 0.9649, 0.9308),
    _found("all-MiniLM-L6-v2", MTEB, 0.9436, 0.8852),
    _found("bge-small-en-v1.5", MTEB, 0.9531, 0.9004),
    _found("e5-small-v2", MTEB, 0.9695, 0.9367),
)
RERANKERS = (
    _found("BM25", MTEB, 0.6874),
    _found("all-MiniLM-L6-v2", MTEB, 0.6451),
    _found("bge-small-en-v1.5", MTEB, 0.7127),
    _found("e5-small-v2", MTEB, 0.6885),
    _found("BM25 + MiniLM-L6 reranker", BEIR, 0.688),
    _found("ColBERTv2", "Santhanam et al., ColBERTv2, 2022", 0.693),
    _found("answerai-colbert-small", "the card of answerai-colbert-small-v1", 0.7477),
)
SQUAD_1 = (
    _read("DrQA", "the repository of DrQA", 0.789, 0.694),
    _read("DistilBERT", DISTILBERT, 0.870, 0.796),
    _read("BERT-base", DISTILBERT, 0.887),
)
SQUAD_2 = (
    _read("always abstaining", "the share of unanswerable questions", 0.5007, 0.5007),
    _read("BiDAF-No-Answer", KNOW, 0.626, 0.598),
    _read("MiniLM-L6-H384", MINILM, 0.756),
    _read("BERT-base", MINILM, 0.768),
    _read("MiniLM-L12-H384", MINILM, 0.817),
    _read("roberta-base", "the card of deepset/roberta-base-squad2", 0.8295),
    _read("people", KNOW, 0.890, 0.863),
)
WRITTEN = (
    _read("closed-book T5", REALTIME, 0.142, 0.101),
    _read("RAG + web search", REALTIME, 0.322, 0.262),
    _read("GPT-3 + web search", REALTIME, 0.498, 0.407),
)
