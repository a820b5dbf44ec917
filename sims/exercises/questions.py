"""The four conceptual questions, each with a hint and a model answer that says what is measured and what is not."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """A question; `name` is what the learner's progress knows it by. Texts are Markdown."""

    name: str
    title: str
    text: str
    hint: str
    answer: str


QUESTIONS = (
    Question(
        "why-the-rate-changes",
        "A rate for every phase",
        "Why is the best learning rate at the end of training not the best one at its beginning? And what does a run look "
        "like that keeps a high rate from the first update to the last?",
        "Think of one valley. What limits a step while you are high on its slope, and what limits it at the bottom, "
        "when every batch points somewhere slightly else?",
        r"""
**Early** the loss is far above its floor and the gradients of different batches agree on where to go, so a long step
pays. What limits it is curvature: in a direction with curvature $\lambda$, gradient descent overshoots further and
further once $\eta > 2/\lambda$.

**Late** the common direction has become small beside the noise of each batch. At a fixed rate the weights then hover
around the minimum instead of reaching it, and the loss stays above the floor by an amount that shrinks with $\eta$; for
strongly convex problems the bound is proportional to it
([Bottou, Curtis and Nocedal 2018](https://arxiv.org/abs/1606.04838)). Lower the rate and they settle.

**One high rate throughout:** fast progress, then a noisy plateau whose height the rate decides; too high, and the
run diverges or gets stuck.

Two corrections to the simple picture. The curvature is not given: with full-batch gradient descent it tends to grow
until it hovers near $2/\eta$ ([Cohen et al. 2021](https://arxiv.org/abs/2103.00065)), so the rate shapes the valley too.
And "large steps early" has an exception, the very first updates: that is what warmup is for.
""",
    ),
    Question(
        "warmup-for-transformers",
        "Warmup and transformers",
        "Why do people who train transformers hardly ever leave out warmup? What is likely to happen when the first "
        "update already has the full rate?",
        "Two suspects: where the network puts its normalisation, and what Adam knows after one or two gradients.",
        r"""
**The architecture.** In the original transformer the normalisation comes after each residual sum (Post-LN). At
initialisation its gradients near the output are then large, and a high rate makes training unstable; with the
normalisation inside the branch (Pre-LN) they are well-behaved, and such models were trained without warmup to
comparable results ([Xiong et al. 2020](https://arxiv.org/abs/2002.04745)). So it is not simply "attention has large
gradients": others find that unbalanced gradients are not the root cause, and blame how Post-LN amplifies small changes
of the weights ([Liu et al. 2020](https://arxiv.org/abs/2004.08249)).

**The optimiser.** Adam divides by a running estimate that rests on very few gradients at first. One account blames the
estimate's variance ([Liu et al. 2019](https://arxiv.org/abs/1908.03265)), another the sheer size of the first
updates ([Ma and Yarats 2019](https://arxiv.org/abs/1910.04209)). Both lead to the same cure.

**What warmup gains** when it works: the network moves to where the surface is less sharp, so that it bears a higher
rate later ([Kalra and Barkeshli 2024](https://arxiv.org/abs/2406.09405)).

**Without it,** at a rate that is fine later, the loss shoots up in the first updates. The run may diverge, or come back
and stay stuck, or recover at the cost of time. The [warmup page](/warmup) shows all of this with Adam and a small CNN;
the lab trains no transformer, so what is said of them here is from the papers.
""",
    ),
    Question(
        "one-cycle-regularises",
        "One-cycle and regularisation",
        "It is said that in one-cycle the climb to a high rate regularises, and that this makes super-convergence "
        "possible. How does that story go, and which parts of it have been measured?",
        "Ask what a high rate does to sharp valleys. Then ask two more things: is a flat minimum known to "
        "generalise better, and which part of the cycle is at a high rate?",
        r"""
**The story.** At a high rate the weights cannot stay in a narrow valley, because they bounce out of it. So they end in
a wide one, wide ones generalise better, and less of other regularisation is needed. That in turn lets the rate be high,
and the run short.

**Measured:** the rate bounds the sharpness where training stays stable, near $2/\eta$ for full-batch gradient descent
([Cohen et al. 2021](https://arxiv.org/abs/2103.00065)), and a high initial rate can move a network to flatter regions
([Lewkowycz et al. 2020](https://arxiv.org/abs/2003.02218)). Super-convergence itself: a ResNet-56 on CIFAR-10 got
92.4 % in 10,000 updates, against 90.3 to 91.2 % in 80,000 with step decay
([Smith and Topin 2018](https://arxiv.org/abs/1708.07120)), and they had to lower other regularisation.

**A hypothesis:** that flatness is *why*. It can be changed at will by rescaling weights without changing what the
network computes ([Dinh et al. 2017](https://arxiv.org/abs/1703.04933)); and in a broad study sharpness did not
correlate well with generalisation, but rather with settings such as the rate
([Andriushchenko et al. 2023](https://arxiv.org/abs/2302.07011)).

**Which phase?** The climb is short and mostly makes the peak reachable. If anything regularises it is the time spent
at a *high* rate, and the long fall afterwards is what lets the loss settle.

In this lab one-cycle makes more of a quarter of the steps than step decay does of the same quarter, yet it does not
catch up with step decay on all of them: see [cyclical rates](/cyclical). On MNIST there is no super-convergence to be
seen.
""",
    ),
    Question(
        "step-or-cosine",
        "Step decay or cosine",
        "Set step decay beside cosine annealing. When would you take the one, when the other?",
        "Count what each has to be told before the run begins. Then think of a run whose end you do not know yet.",
        r"""
**Step decay** holds the rate and cuts it by a factor at chosen moments. You have to choose the moments and the factor,
but you may choose them *while* training, when the loss has stopped falling; and the run up to a cut can be kept and
reused. Take it to reproduce classic results (ResNets on CIFAR-10: divided by ten at 32,000 and 48,000 of 64,000 updates,
[He et al. 2016](https://arxiv.org/abs/1512.03385)), or where you know from earlier runs where it levels off.

**Cosine** falls smoothly from the peak to nearly nothing. It needs only the peak and the length, usually fewer choices
than step decay, though you often read the opposite. The price is that the length must be right: where the cosine was
planned for over a quarter more steps than the run had, language models came out clearly worse
([Hoffmann et al. 2022](https://arxiv.org/abs/2203.15556)). Take it, with warmup, for a budget that is fixed.

**Do you not know the end?** A constant rate with a short decay whenever you want to stop (`wsd` on the
[schedules page](/schedules)) matches cosine in
[Hägele et al. 2024](https://arxiv.org/abs/2405.18392).

With both tuned the difference is often small beside that between seeds. Let them race on the schedules page, and
look at the spread before at the winner.
""",
    ),
)
