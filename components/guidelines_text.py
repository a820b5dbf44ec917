"""The tables of the guidelines: which schedule when, starting values, common mistakes, and Goyal's numbers."""

from components.prose import Rows

SCENARIOS: Rows = (
    (
        "You train",
        "Take",
        "Because",
        "Try it",
    ),
    (
        "a CNN from scratch",
        "Cosine to nearly zero, or step decay",
        "The high rate covers ground, the low one settles. Cosine wants only the length of the run; "
        "step decay also wants to know when to drop, and then is easy to read and to resume.",
        "[Step, cosine, constant](/schedules?schedules=constant,step,cosine)",
    ),
    (
        "a transformer",
        "Linear warmup, then cosine or linear decay, with AdamW",
        "Adam's first updates are its largest, and attention gives large gradients early. The warmup "
        "takes the edge off; the decay works as anywhere.",
        "[With and without](/warmup), [the code](/pytorch)",
    ),
    (
        "on a small budget",
        "One-cycle",
        "It climbs to a high rate and is fully annealed exactly when the budget ends.",
        "[A quarter of the steps](/cyclical?compare=super&steps=800)",
    ),
    (
        "an existing model further (fine-tuning)",
        "Short linear warmup, then linear decay or a constant, at a tenth of the first rate or less",
        "The weights are good already. A rate made for random weights throws them away before it "
        "improves them.",
        "[Linear behind a warmup](/schedules?schedules=constant,linear&lr=0.02&warmup=linear)",
    ),
    (
        "many short runs (hyperparameter search)",
        "A constant rate",
        "A schedule is tied to the length of its run, and would change with every trial. Confirm the "
        "winners with the schedule you mean to use.",
        "[Range test](/range-test)",
    ),
    (
        "for a time not known yet",
        "Warmup-stable-decay",
        "It stays at one rate until you decide to stop, and decays only then ([Hägele et al. "
        "2024](https://arxiv.org/abs/2405.18392)).",
        "[WSD beside cosine](/schedules?schedules=wsd,cosine)",
    ),
)

STARTS: Rows = (
    (
        "Setting",
        "Begin with",
        "What to know",
    ),
    (
        "Initial rate",
        "A [range test](/range-test)",
        "It takes a hundred updates and knows your network, your batch size and your optimiser. The "
        "numbers below know none of them.",
    ),
    (
        "SGD with momentum, CNN",
        "0.1",
        "From residual networks with BatchNorm at batch 256 ([He et al. "
        "2016](https://arxiv.org/abs/1512.03385)). The small CNN here has no BatchNorm: at 0.2 it "
        "[loses some of its seeds](/cyclical?policies=triangular2,one_cycle&lr=0.2&seeds=5).",
    ),
    (
        "Adam, CNN",
        "0.001",
        "The default since [Kingma and Ba (2015)](https://arxiv.org/abs/1412.6980), and a careful one: "
        "on our short runs 0.003 ends clearly lower.",
    ),
    (
        "Adam, transformer (fine-tuning)",
        "5e-5",
        "The highest of the rates that [BERT](https://arxiv.org/abs/1810.04805) was fine-tuned with; "
        "its authors tried 2e-5 to 5e-5. Nothing here can check it: there is no transformer in this "
        "laboratory.",
    ),
    (
        "Warmup",
        "5 to 10 % of the steps",
        "More for larger batches and for runs that are unstable at first. What matters is the peak it "
        "lets you reach ([Kalra and Barkeshli 2024](https://arxiv.org/abs/2406.09405)); the "
        "[map](/warmup) shows rate against length.",
    ),
    (
        "Gamma of step decay",
        "0.1",
        "Two or three drops, the first after about half of the run. At a rate that is too low already, "
        "[decay only hurts](/schedules?schedules=constant,step,cosine&lr=0.02).",
    ),
    (
        "Gamma of exponential decay",
        "0.95 to 0.99 per epoch",
        "Look at the whole run: over 100 epochs 0.95 leaves 0.6 % of the rate, and 0.99 leaves 37 %. "
        "Stepped per update, take the root: 0.95 per epoch of 469 updates is 0.99989 per update.",
    ),
    (
        "Final rate",
        "1/100 to 1/1000 of the initial one",
        "Too high, and the run never settles. Decay all the way to zero did better still for language "
        "models ([Bergsma et al. 2025](https://arxiv.org/abs/2502.15938)).",
    ),
)

MISTAKES: Rows = (
    (
        "Mistake",
        "What you see",
        "Do this",
    ),
    (
        "The scheduler is stepped at the wrong frequency",
        "Stepped per update instead of per epoch, the rate is at its end within the first epoch and the"
        " loss goes flat. The other way round it hardly moves, and a warmup of 1,000 steps lasts 1,000 "
        "epochs.",
        "Decide on one unit, and draw the rate that was *used*. [Both mix-ups, live](/pytorch).",
    ),
    (
        "Warmup forgotten",
        "A peak in the first updates, far above the loss of guessing. The run may come back to 2.303 "
        "and stay there, or look merely a little worse.",
        "Plot the first 60 updates unsmoothed. [The demo](/warmup) does.",
    ),
    (
        "One schedule for everything, fine-tuning too",
        "The loss begins low and jumps as soon as the full rate arrives, as after each restart of [a "
        "cosine](/cyclical?policies=cosine_restarts&lr=0.1&cycles=2).",
        "A tenth of the rate or less, a short warmup, a gentle decay.",
    ),
    (
        "The rate not adapted to the batch size",
        "Against steps the large batch looks better. Against images seen it lags from the first image "
        "to the last.",
        "Scale the rate, and compare per image: the demo below.",
    ),
    (
        "`scheduler.step()` before `optimizer.step()`",
        "Almost nothing: the whole schedule comes one step early and its first rate is never used. With"
        " an epoch scheduler that is an epoch. PyTorch warns once, early in a long log.",
        "Optimiser first, scheduler second, always. [The loop](/pytorch).",
    ),
    (
        "Compared at a trough",
        "A cyclical run, measured where its rate is lowest, looks better than any rate that was never lowered.",
        "Set it beside one decay to the same rate on the same budget. [The comparison](/cyclical).",
    ),
    (
        "Cosine beyond `T_max`",
        "The rate turns and climbs back to its peak; the run ends worse than one that was annealed to its end.",
        "`T_max` is the number of times the scheduler will be stepped. [T_max, half the "
        "run](/schedules?schedules=cosine&cosine-T_max=200).",
    ),
    (
        "Resumed without the scheduler's state",
        "LambdaLR and one-cycle begin again at step 0: a vertical step in the rate, and the loss leaps with it. "
        "StepLR and cosine go on from the rate they find but count from 0, so every later drop comes too late.",
        "Save and load `scheduler.state_dict()` with the model's and the optimiser's.",
    ),
    (
        "One seed",
        "A clean lead that is gone at the next try. Near the edge one seed trains and the next one dies.",
        "Three seeds at the least, and the spread beside the mean. [Five of them at "
        "0.2](/cyclical?policies=triangular2,one_cycle&lr=0.2&seeds=5).",
    ),
)

NUMBERS: Rows = (
    (
        "Batch",
        "Rate",
        "Top-1 error",
    ),
    (
        "256",
        "the reference, 0.1",
        "23.60 %",
    ),
    (
        "8,192",
        "linear, gradual warmup",
        "23.74 %",
    ),
    (
        "8,192",
        "linear, no warmup",
        "24.84 %",
    ),
    (
        "8,192",
        "linear, constant warmup",
        "25.88 %",
    ),
    (
        "8,192",
        "square root",
        "26.22 %",
    ),
    (
        "8,192",
        "unchanged",
        "41.67 %",
    ),
    (
        "16,384",
        "linear, gradual warmup",
        "24.79 %",
    ),
    (
        "65,536",
        "linear, gradual warmup",
        "33.96 %",
    ),
)
