# Values to test bonescint.stats.roc, .proportions and .reclassification against:
#   Rscript tests/reference/roc.R      (Debian: r-cran-proc r-cran-epir r-cran-hmisc)
# roc_cases.csv is simulated (numpy, seed 20190602): 24 samples of 6 to 60 cases, most with ties.
# The counts of tables are in the keys; the tests hold the same lists.
suppressPackageStartupMessages({library(pROC); library(epiR); library(Hmisc)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
arguments <- commandArgs(TRUE)
source_file <- if (length(arguments)) arguments[1] else file.path(here, "roc_cases.csv")
result_file <- if (length(arguments)) arguments[2] else file.path(here, "roc.csv")
values <- list()
keep <- function(key, value, call) {
  row <- data.frame(key = key, value = sprintf("%.15g", as.numeric(value)), call = call)
  values[[length(values) + 1]] <<- row
}
z <- qnorm(0.975)

# ROC curves
d <- read.csv(source_file)
samples <- split(d, d$set)
score <- function(y, s) roc(y, s, levels = c(0, 1), direction = "<", quiet = TRUE)
for (name in names(samples)) {
  s <- samples[[name]]
  key <- function(...) paste0("roc_", name, "_", c(...))
  a <- score(s$y, s$a)
  b <- score(s$y, s$b)
  limits <- suppressWarnings(ci.auc(a, method = "delong"))
  keep(key("wald_low", "auc", "wald_high"), limits, "pROC::ci.auc(roc(y, a), method = 'delong')")
  error <- sqrt(var(a, method = "delong"))
  area <- limits[2]
  keep(key("logit_low", "logit_high"), plogis(qlogis(area) + c(-z, z) * error / (area * (1 - area))),
       "plogis(qlogis(auc) -+ z * sqrt(pROC::var(roc)) / (auc * (1 - auc)))")
  paired <- suppressWarnings(roc.test(a, b, method = "delong", paired = TRUE))
  keep(key("paired_z", "paired_p", "paired_low", "paired_high"),
       c(paired$statistic, paired$p.value, paired$conf.int), "pROC::roc.test(a, b, paired = TRUE)")
  other <- samples[[as.character((as.integer(name) + 1) %% length(samples))]]
  unpaired <- suppressWarnings(roc.test(a, score(other$y, other$b), method = "delong", paired = FALSE))
  keep(key("unpaired_t", "unpaired_df", "unpaired_p"),
       c(unpaired$statistic, unpaired$parameter, unpaired$p.value),
       "pROC::roc.test(a, b of the next sample, paired = FALSE)")
  best <- coords(a, "best", best.method = "youden", ret = c("threshold", "sensitivity", "specificity"))
  # equal J's that differ in the last bit are one: all points within 1e-12 of the best
  all <- coords(a, "all", ret = c("threshold", "sensitivity", "specificity"))
  j <- all$sensitivity + all$specificity
  highest <- all[max(which(j > max(j) - 1e-12)), ]
  stopifnot(best$threshold %in% all$threshold[j > max(j) - 1e-12])
  keep(key("midpoint", "best_sensitivity", "best_specificity"), unlist(highest),
       "the highest threshold of pROC::coords(a, 'best', best.method = 'youden')")
}
if (length(arguments)) {
  write.csv(do.call(rbind, values), result_file, row.names = FALSE, quote = c(3))
  quit()
}

# one proportion, two groups
wilson <- function(x, n) suppressWarnings(prop.test(x, n, correct = FALSE))$conf.int
for (pair in list(c(0, 1), c(1, 1), c(3, 7), c(12, 25), c(24, 25), c(99, 100), c(81, 263)))
  keep(sprintf("proportions_wilson_%d_%d_%s", pair[1], pair[2], c("low", "high")),
       wilson(pair[1], pair[2]), "prop.test(x, n, correct = FALSE)")
for (pair in list(c(1, 1), c(3, 7), c(12, 25), c(24, 25), c(99, 100), c(81, 263))) {
  x <- pair[1]
  n <- pair[2]
  high <- if (x == n) 1 else qbeta(0.975, x + 1, n - x)
  keep(sprintf("proportions_clopper_pearson_%d_%d_%s", x, n, c("low", "high")),
       c(qbeta(0.025, x, n - x + 1), high), "qbeta(0.025, x, n - x + 1), qbeta(0.975, x + 1, n - x)")
}
for (t in list(c(22, 25, 19, 25), c(25, 25, 0, 25), c(25, 25, 25, 25), c(3, 10, 9, 41), c(0, 1, 1, 1))) {
  p <- c(t[1] / t[2], t[3] / t[4])
  w1 <- wilson(t[1], t[2])
  w2 <- wilson(t[3], t[4])
  keep(sprintf("proportions_newcombe_%s_%s", paste(t, collapse = "_"), c("low", "high")),
       p[1] - p[2] + c(-1, 1) * sqrt(c((p[1] - w1[1])^2 + (w2[2] - p[2])^2, (w1[2] - p[1])^2 + (p[2] - w2[1])^2)),
       "square-and-add of prop.test's limits (Newcombe 1998, method 10)")
}

# two proportions of the same cases
tables <- list(c(1, 1, 7, 12), c(59, 6, 16, 80), c(43, 0, 1, 0), c(36, 12, 2, 4), c(20, 3, 7, 30), c(10, 0, 0, 15),
               c(0, 5, 5, 0), c(0, 25, 0, 0), c(24, 1, 0, 0), c(0, 3, 9, 2), c(12, 9, 2, 21), c(400, 60, 45, 500))
score_of <- function(t, delta) {
  n <- sum(t)
  half <- -t[2] - t[3] + (2 * n - t[2] + t[3]) * delta
  q <- (sqrt(half^2 + 8 * n * t[3] * delta * (1 - delta)) - half) / (4 * n)
  (t[2] - t[3] - n * delta) / sqrt(n * (2 * q + delta * (1 - delta)))
}
tango <- function(t) {
  estimate <- (t[2] - t[3]) / sum(t)
  root <- function(from, to, target) uniroot(function(x) score_of(t, x) - target, c(from, to), tol = 1e-15, maxiter = 5000)$root
  gap <- 1e-9 # the score is 0 / 0 at the estimate of some tables
  c(if (estimate == -1) -1 else root(-1 + gap, estimate - gap, z), if (estimate == 1) 1 else root(estimate + gap, 1 - gap, -z))
}
for (t in tables) {
  n <- sum(t)
  key <- function(name) sprintf("proportions_%s_%s_%s", name, paste(t, collapse = "_"), c("low", "high"))
  keep(key("tango"), tango(t), "uniroot of Tango's score (1998), nuisance parameter in closed form")
  p <- c(t[1] + t[2], t[1] + t[3]) / n
  w1 <- wilson(t[1] + t[2], n)
  w2 <- wilson(t[1] + t[3], n)
  margins <- (t[1] + t[2]) * (t[3] + t[4]) * (t[1] + t[3]) * (t[2] + t[4])
  cross <- t[1] * t[4] - t[2] * t[3]
  phi <- if (margins == 0) 0 else (if (cross > 0) max(cross - n / 2, 0) else cross) / sqrt(margins)
  side <- function(first, second) sqrt(max(first^2 - 2 * phi * first * second + second^2, 0))
  keep(key("newcombe_paired"), p[1] - p[2] + c(-side(p[1] - w1[1], w2[2] - p[2]), side(w1[2] - p[1], p[2] - w2[1])),
       "square-and-add of prop.test's limits with the corrected phi (Newcombe 1998, method 10)")
}
for (pair in list(c(0, 1), c(0, 6), c(5, 5), c(1, 7), c(6, 16), c(60, 45), c(1, 700))) {
  least <- min(pair)
  both <- sum(pair)
  keep(sprintf("proportions_mcnemar_%s_%d_%d", c("exact", "midp"), pair[1], pair[2]),
       c(binom.test(pair[1], both)$p.value, min(1, pbinom(least, both, 0.5) + pbinom(least - 1, both, 0.5))),
       "binom.test(b, b + c); pbinom(k, n, .5) + pbinom(k - 1, n, .5)")
}
for (t in list(c(670, 202, 74, 640), c(22, 3, 3, 22), c(9, 1, 16, 24), c(25, 4, 0, 21), c(20, 0, 5, 25), c(1, 1, 1, 1))) {
  found <- epi.tests(as.table(matrix(t, nrow = 2, byrow = TRUE)), digits = 4, conf.level = 0.95)$detail
  for (name in c("lr.pos", "lr.neg", "diag.or")) {
    row <- unlist(found[found$statistic == name, c("est", "lower", "upper")])
    if (all(is.finite(row)))
      keep(sprintf("proportions_%s_%s_%s", name, paste(t, collapse = "_"), c("estimate", "low", "high")), row,
           "epiR::epi.tests(table(tp, fp, fn, tn))$detail")
  }
}

# reclassification: with metastasis up, down, unchanged; without it the same
for (t in list(c(5, 1, 19, 2, 6, 17), c(0, 3, 22, 1, 1, 23), c(7, 0, 3, 0, 0, 9), c(12, 9, 4, 8, 11, 30))) {
  old <- rep(c(.2, .7, .4, .2, .7, .4), t)
  new <- rep(c(.7, .2, .4, .7, .2, .4), t)
  y <- rep(c(1, 0), c(sum(t[1:3]), sum(t[4:6])))
  hmisc <- improveProb(old, new, y)
  keep(sprintf("reclassification_%s_%s", paste(t, collapse = "_"), c("nri", "events", "nonevents")),
       c(hmisc$nri, hmisc$nri.ev, hmisc$nri.ne),
       "Hmisc::improveProb(old, new, y)")
}
# mid-p limits of a proportion
for (pair in list(c(1, 25), c(20, 25), c(24, 25), c(3, 10), c(47, 50))) {
  x <- pair[1]; n <- pair[2]
  below <- function(p) pbinom(x - 1, n, p) + dbinom(x, n, p) / 2
  root <- function(level) uniroot(function(p) below(p) - level, c(1e-12, 1 - 1e-12), tol = 1e-15)$root
  keep(sprintf("proportions_midp_%d_%d_%s", x, n, c("low", "high")), c(root(0.975), root(0.025)),
       "uniroot(pbinom(x - 1, n, p) + dbinom(x, n, p) / 2 - level)")
}
write.csv(do.call(rbind, values), result_file, row.names = FALSE, quote = c(3))
