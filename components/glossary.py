"""The lesson's terms: what each one means, and where it is treated. Plain text, so that a tooltip can hold it."""

from dataclasses import dataclass

from components.outline import slug


@dataclass(frozen=True)
class Term:
    """A term, its meaning in a sentence or two, the page (and section) that treats it, and its other names."""

    name: str
    meaning: str
    where: str
    aliases: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """The term's id on the glossary page."""
        return slug(self.name)


TERMS: tuple[Term, ...] = (
    Term("Adam", "An optimiser that divides a running mean of each weight's gradient by the root of a running mean of its "
        "square, so that the length of a step depends on the rate more than on the size of the gradient.", "/warmup"),
    Term("AdamW", "Adam with weight decay taken off the weights directly instead of being added to the gradient, where Adam's "
        "scaling would distort it.", "/pytorch"),
    Term("annealing", "Lowering the learning rate towards the end of training, so that the weights can settle. The word comes "
        "from metal that is cooled slowly.", "/schedules", ("anneal", "annealed", "anneals")),
    Term("batch", "The images that one update is computed from. Their number is the batch size; a larger batch gives a less "
        "noisy gradient and costs more time.", "/guidelines", ("mini-batch", "minibatch", "batch size")),
    Term("constant rate", "A learning rate that stays the same for the whole run: the opponent that every schedule has to beat, "
        "once it has been tuned as well.", "/schedules", ("constant learning rate",)),
    Term("cosine annealing", "A schedule that follows half a cosine from the highest rate to the lowest: slow at both ends, "
        "fastest in the middle.", "/schedules#cosine-annealing", ("cosine decay", "cosine")),
    Term("cross-entropy", "The loss of classification: minus the logarithm of the probability that the network gives to the "
        "right class. Guessing among ten classes costs ln 10, about 2.303.", "/range-test", ("cross entropy",)),
    Term("cyclical rates", "Learning rates that swing between a lowest and a highest value instead of only falling.",
        "/cyclical", ("cyclical learning rate", "cyclical rate", "cyclical")),
    Term("decay", "Any rule that lowers the learning rate while training goes on. The decay of weights is something else.",
        "/schedules", ("decays",)),
    Term("divergence", "What training does when its steps are too long: the loss grows from update to update, often until it is "
        "no longer a finite number.", "/range-test#reading-the-curve", ("diverge", "diverges", "diverged")),
    Term("edge of stability", "The state that full-batch gradient descent is often seen to reach: the sharpness rises until "
        "it meets the stability limit and then stays near it.", "/warmup#why-the-sharpness-meter"),
    Term("epoch", "One pass through the whole training set. With 60,000 images and batches of 64 that "
        "is 937 steps, and 32 images are left.",
        "/pytorch"),
    Term("exp_range", "A triangular cycle whose height shrinks by a constant factor at every update.",
        "/cyclical#the-policies", ("exp range",)),
    Term("exponential decay", "A schedule that multiplies the rate by the same factor, a little below one, after every step "
        "or every epoch.", "/schedules#exponential-decay"),
    Term("fine-tuning", "Training a network further that was trained on other data before. It usually takes a lower rate than "
        "training from random weights.", "/guidelines", ("fine-tune", "fine-tuned", "fine tuning")),
    Term("flat minimum", "A low place from which the loss rises slowly in every direction; a sharp one is the opposite. That "
        "flat ones generalise better is an old hypothesis, not a settled result.", "/exercises", ("flat minima",)),
    Term("generalisation", "Doing as well on data that the network was not trained on as on those that it was.",
        "/exercises", ("generalise", "generalises", "generalization", "generalize")),
    Term("gradient", "The derivative of the loss with respect to every weight. It points to where the loss grows fastest, "
        "so an update goes the other way.", "/"),
    Term("gradient descent", "Moving the weights against the gradient of the loss, again and again, each time by the learning "
        "rate times the gradient.", "/"),
    Term("Hessian", "The matrix of all second derivatives of the loss. Its eigenvalues say how strongly the loss curves in each "
        "direction.", "/warmup#why-the-sharpness-meter"),
    Term("hyperparameter", "A setting that is chosen before training instead of being learned in it, such as the learning rate, "
        "the batch size or the number of layers.", "/guidelines"),
    Term("inverse square root", "A schedule that falls like one over the root of the number of steps. It needs no end to be "
        "chosen in advance; the first transformers were trained with it.", "/schedules#the-ones-you-will-meet-next",
        ("inverse-square-root",)),
    Term("learning rate", "The factor η by which the optimiser's direction is multiplied in each update: how far the "
        "weights move.", "/"),
    Term("linear decay", "A schedule that takes the same amount off the rate at every update, often down to zero.",
        "/schedules#linear-decay"),
    Term("linear scaling rule", "Multiply the batch size by k, then multiply the learning rate by k as well. It is a rule of "
        "thumb for SGD that needs a warmup at high rates and fails for very large batches.", "/guidelines", ("linear scaling",)),
    Term("logits", "The numbers that leave the last layer, one for each class, before softmax turns them into probabilities.",
        "/pytorch", ("logit",)),
    Term("loss", "The number that training makes small: how wrong the network is on a batch, or on a whole test set.", "/"),
    Term("momentum", "Keeping a running sum of past gradients and moving along that instead of the last one alone. With "
        "a factor β the steps add up to about 1/(1 − β) times the plain ones.", "/cyclical#the-policies"),
    Term("multi-step decay", "A step decay whose drops come at moments that are listed one by one, the milestones.",
        "/schedules#the-ones-you-will-meet-next", ("milestone",)),
    Term("one-cycle", "A schedule with one single cycle: up to a high rate for about a third of the run, then down to far below "
        "where it began.", "/cyclical#the-policies", ("one cycle", "1cycle")),
    Term("optimiser", "The rule that turns gradients into updates of the weights, such as SGD or Adam.", "/",
        ("optimizer",)),
    Term("paired difference", "The difference between two runs that share their seed, so that only what is compared differs. "
        "Its spread over seeds says whether another seed could undo it.", "/schedules#what-to-look-for"),
    Term("peak rate", "The highest learning rate of a schedule, reached at the end of its warmup or at the top of a cycle.",
        "/warmup", ("peak learning rate",)),
    Term("plateau", "A stretch of training in which a measured loss no longer falls. The scheduler ReduceLROnPlateau lowers the "
        "rate when it sees one.", "/schedules#the-ones-you-will-meet-next"),
    Term("polynomial decay", "A schedule that falls like a power of the part of the run that is left; with power 1 it is linear "
        "decay.", "/schedules#the-ones-you-will-meet-next"),
    Term("range test", "A short training whose rate grows from far too small to far too large; where the loss falls and where it "
        "turns up tells which rates are useful.", "/range-test", ("LR range test", "learning rate range test")),
    Term("regularisation", "Whatever makes a network generalise better at the price of fitting its training data a little less "
        "well: dropout, weight decay, altered data.", "/exercises#what-comes-next",
        ("regularise", "regularises", "regularization", "regularize")),
    Term("schedule", "A rule that gives the learning rate for every step of a run, most often laid down before it begins.",
        "/schedules", ("learning rate schedule",)),
    Term("scheduler", "The object in PyTorch that sets the optimiser's rate. Each call of its step method moves it on by one, "
        "whether you mean a batch or an epoch.", "/pytorch"),
    Term("seed", "The number that the random choices of a run follow from: its initial weights and the order of its batches. "
        "Another seed is another try.", "/range-test", ("random seed",)),
    Term("SGD", "Stochastic gradient descent: each update follows the gradient of one batch, here with momentum unless "
        "something else is said.", "/", ("stochastic gradient descent",)),
    Term("sharpness", "The largest eigenvalue λ of the loss's Hessian: the curvature in the steepest direction.",
        "/warmup#why-the-sharpness-meter"),
    Term("smoothing", "Averaging a noisy curve so that its course can be seen. An exponential average lags behind the "
        "points that it averages.", "/range-test#reading-the-curve", ("smoothed",)),
    Term("spread", "How far the results of several seeds lie apart. A difference that is smaller than the spread says "
        "little.", "/range-test#reading-the-curve"),
    Term("stability limit", "The rate above which gradient descent overshoots further with each step along a direction of "
        "curvature λ: 2/λ for plain descent, 2(1 + β)/λ with momentum β.", "/warmup#why-the-sharpness-meter"),
    Term("step", "One update of the weights by the optimiser. Steps are counted from 0 everywhere in this lesson.", "/",
        ("update",)),
    Term("step decay", "A schedule that keeps the rate for a number of steps, multiplies it by a factor such as 0.1, and "
        "repeats that.", "/schedules#step-decay"),
    Term("step size", "Of a cyclical schedule: the number of updates in half a cycle, from the lowest rate to the highest. "
        "It is a length of time, not the length of an update.", "/cyclical#rules-for-bounds-and-step-size"),
    Term("super-convergence", "Smith and Topin's name for reaching in a fraction of the usual steps what takes far longer with "
        "ordinary schedules, through one cycle to a very high rate.", "/cyclical#super-convergence"),
    Term("triangular", "The simplest cyclical schedule: up and down in straight lines between two bounds.",
        "/cyclical#the-policies"),
    Term("triangular2", "A triangular schedule that halves the height of the cycle each time.", "/cyclical#the-policies"),
    Term("warm restarts", "Cosine annealing that jumps back to the highest rate at the end of each period, while the "
        "weights are kept.", "/cyclical#the-policies", ("cosine with restarts", "warm restart", "SGDR")),
    Term("warmup", "The first part of a run, in which the learning rate climbs to its full value instead of beginning there.",
        "/warmup", ("warm-up",)),
    Term("weight decay", "Pulling every weight a little towards zero at each update, in proportion to its size. It "
        "lowers weights, not the learning rate.", "/pytorch"),
    Term("WSD", "Warmup, stable, decay: a schedule that stays at its highest rate and falls only in a last part, so that the "
        "length of the run can be decided late.", "/schedules#the-ones-you-will-meet-next",
        ("warmup-stable-decay", "trapezoidal")),
)  # fmt: skip
"""Every term, in alphabetical order."""

assert [term.name.lower() for term in TERMS] == sorted(term.name.lower() for term in TERMS)
