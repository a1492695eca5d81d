# Values to test bonescint.stats.paired_power and .sample_size against:
#   Rscript tests/reference/sample_size.R      (Debian: r-cran-proc)
# Two normal scores of the same cases: bivariate normal probabilities by integrate(), sample sizes
# by uniroot(), the exact McNemar test by binom.test() over every table.
suppressPackageStartupMessages(library(pROC))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
values <- list()
keep <- function(key, value, call) {
  row <- data.frame(key = key, value = sprintf("%.15g", as.numeric(value)), call = call)
  values[[length(values) + 1]] <<- row
}
z <- qnorm(0.975)

# P(X < h, Y < k), correlation r: given X, Y is normal
both <- function(h, k, r)
  integrate(function(x) dnorm(x) * pnorm((k - r * x) / sqrt(1 - r^2)), -Inf, h,
            rel.tol = 1e-12, subdivisions = 2000L)$value
covariance <- function(t1, t2, rp, rn, np, nn) {
  h <- qnorm(t1); k <- qnorm(t2)
  joint <- function(r) if (r == 1) pnorm(min(h, k)) else both(h, k, r)
  ((joint((rp + rn) / 2) - t1 * t2) + (nn - 1) * (joint(rp / 2) - t1 * t2) +
     (np - 1) * (joint(rn / 2) - t1 * t2)) / (np * nn)
}
error <- function(t1, t2, rp, rn, np, nn)
  sqrt(covariance(t1, t1, 1, 1, np, nn) + covariance(t2, t2, 1, 1, np, nn) -
         2 * covariance(t1, t2, rp, rn, np, nn))
power <- function(e, d) pnorm(d / e - z) + pnorm(-d / e - z)

designs <- list(c(0.9, 0.8, 0.5, 0.5, 25, 25), c(0.9, 0.8, 0.8, 0.4, 26, 21),
                c(0.95, 0.9, 0.7, 0.7, 100, 50), c(0.85, 0.75, -0.2, 0.3, 40, 80))
for (d in designs) {
  key <- function(name) paste("size", name, paste(d, collapse = "_"), sep = "_")
  e <- do.call(error, as.list(d))
  keep(key("error"), e, "the formula, with integrate()")
  keep(key("auc_error"), sqrt(covariance(d[1], d[1], 1, 1, d[5], d[6])), "the same")
  keep(key("power"), power(e, d[1] - d[2]), "pnorm(d / e - z) + pnorm(-d / e - z)")
  keep(key("equivalence"), pnorm((0.15 - 0.05) / e - qnorm(0.95)) -
         pnorm(qnorm(0.95) - (0.15 + 0.05) / e), "two one-sided tests, margin 0.15, difference 0.05")
  needed <- uniroot(function(n) power(error(d[1], d[2], d[3], d[4], n, n), d[1] - d[2]) - 0.8,
                    c(2, 5000), tol = 1e-9)$root
  keep(key("needed"), ceiling(needed), "ceiling(uniroot(power(n, n) - 0.8))")
  detectable <- uniroot(function(x) power(error(d[1], d[1] - x, d[3], d[4], d[5], d[6]), x) - 0.8,
                        c(1e-6, d[1] - 1e-3), tol = 1e-12)$root
  keep(key("detectable"), detectable, "uniroot(power(difference) - 0.8)")
  a <- sqrt(2) * qnorm(d[1:2])
  one <- power.roc.test(list(A1 = a[1], B1 = 1, A2 = a[2], B2 = 1, rn = d[4], ra = d[3],
                             delta = d[1] - d[2]), ncases = d[5], ncontrols = d[6])
  keep(key("obuchowski"), one$power, "pROC::power.roc.test(list(A1, B1 = 1, ...))")
  # sensitivities of the same two numbers
  only1 <- d[1] - both(qnorm(d[1]), qnorm(d[2]), d[3])
  only2 <- d[2] - both(qnorm(d[1]), qnorm(d[2]), d[3])
  keep(key("only_first"), only1, "d1 - P(both)")
  exact <- function(n) {
    total <- 0
    for (b in 0:n) for (c in 0:(n - b)) {
      if (b + c > 0 && binom.test(b, b + c)$p.value <= 0.05 * (1 + 1e-12))
        total <- total + dmultinom(c(b, c, n - b - c), prob = c(only1, only2, 1 - only1 - only2))
    }
    total
  }
  keep(key("mcnemar"), exact(d[5]), "dmultinom() of every table that binom.test() rejects")
}
# one share: the expected half width of Wilson's interval
for (p in list(c(25, 0.85), c(7, 0.6))) {
  width <- sapply(0:p[1], function(x) diff(suppressWarnings(prop.test(x, p[1], correct = FALSE))$conf.int))
  keep(sprintf("size_wilson_%g_%g", p[1], p[2]), sum(dbinom(0:p[1], p[1], p[2]) * width) / 2,
       "dbinom() of prop.test(correct = FALSE)")
}
write.csv(do.call(rbind, values), file.path(here, "sample_size.csv"), row.names = FALSE, quote = c(3))
