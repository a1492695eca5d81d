# Values to test bonescint.stats.roc.separation, .matched and .agreement.indices against:
#   Rscript tests/reference/roc_shape.R      (Debian: r-cran-proc)
# The samples are those of roc.R (roc_cases.csv).
suppressPackageStartupMessages(library(pROC))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
values <- list()
keep <- function(key, value, call) {
  row <- data.frame(key = key, value = sprintf("%.15g", as.numeric(value)), call = call)
  values[[length(values) + 1]] <<- row
}

# an AUC of 1: the true AUC of two normal distributions that separate with probability .05
for (pair in list(c(10, 10), c(25, 25), c(15, 20), c(30, 12)))
  for (ratio in c(1, 2)) {
    n1 <- pair[1]
    n0 <- pair[2]
    separated <- function(shift)
      integrate(function(x) n0 * dnorm(x) * pnorm(x)^(n0 - 1) * pnorm((shift - x) / ratio)^n1, -9, 14,
                rel.tol = 1e-12, subdivisions = 1000)$value
    shift <- uniroot(function(shift) separated(shift) - 0.05, c(-5, 12), tol = 1e-13)$root
    keep(sprintf("separation_%d_%d_%g", n1, n0, ratio), pnorm(shift / sqrt(1 + ratio^2)),
         "pnorm(uniroot(integrate(P(lowest positive > highest negative)) - .05) / sqrt(1 + ratio^2))")
  }
# agreement of two yes-or-no calls: both yes, only the first, only the second, neither
for (t in list(c(20, 3, 5, 22), c(9, 1, 16, 24), c(25, 4, 0, 21), c(2, 7, 1, 40), c(50, 0, 0, 0), c(0, 5, 5, 0))) {
  m <- matrix(t, nrow = 2, byrow = TRUE) / sum(t)
  keep(sprintf("indices_%s_%s", paste(t, collapse = "_"), c("prevalence", "bias")),
       c(m[1, 1] - m[2, 2], sum(m[1, ]) - sum(m[, 1])), "PI = a/n - d/n, BI = (a + b)/n - (a + c)/n (Byrt 1993)")
}
# height and area of a part of the curve
d <- read.csv(file.path(here, "roc_cases.csv"))
for (name in names(split(d, d$set))) {
  s <- d[d$set == name, ]
  curve <- roc(s$y, s$a, levels = c(0, 1), direction = "<", quiet = TRUE)
  for (sp in c(0.9, 0.75, 0.5))
    keep(sprintf("shape_%s_sensitivity_%g", name, sp),
         max(coords(curve, sp, input = "specificity", ret = "sensitivity", transpose = FALSE)),
         "max(pROC::coords(roc, sp, input = 'specificity', ret = 'sensitivity'))")
  for (range in list(c(1, 0.8), c(0.95, 0.6))) {
    area <- function(correct) suppressWarnings(auc(curve, partial.auc = range, partial.auc.focus = "specificity",
                                                   partial.auc.correct = correct, allow.invalid.partial.auc.correct = TRUE))
    keep(sprintf("shape_%s_%s_%g_%g", name, c("area", "standardised"), range[2], range[1]), c(area(FALSE), area(TRUE)),
         "pROC::auc(roc, partial.auc = range, partial.auc.correct = FALSE, TRUE)")
  }
}
set.seed(20190601)
for (name in c(18, 21)) {
  s <- d[d$set == name, ]
  curve <- roc(s$y, s$a, levels = c(0, 1), direction = "<", quiet = TRUE)
  limits <- suppressWarnings(ci.auc(curve, partial.auc = c(1, 0.8), method = "bootstrap", boot.n = 10000, progress = "none", reuse.auc = FALSE))
  keep(sprintf("shape_%s_percentile_%s", name, c("low", "high")), limits[c(1, 3)],
       "pROC::ci.auc(roc, partial.auc = c(1, .8), method = 'bootstrap', boot.n = 10000)")
}
write.csv(do.call(rbind, values), file.path(here, "roc_shape.csv"), row.names = FALSE, quote = c(3))
