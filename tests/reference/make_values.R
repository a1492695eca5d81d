# Values to test bonescint.stats against, made by R's own packages from cases.csv:
#   Rscript tests/reference/make_values.R      (Debian: r-cran-proc r-cran-coin r-cran-vcd)
# The data are simulated (numpy, seed 20190601): scores with ties and zeros, two graders.
suppressPackageStartupMessages({library(pROC); library(coin); library(vcd)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
d <- read.csv(file.path(here, "cases.csv"))
values <- data.frame()
keep <- function(key, value, call) {
  row <- data.frame(key = key, value = sprintf("%.15g", as.numeric(value)), call = call)
  values <<- rbind(values, row)
}

score <- function(y, s) roc(y, s, levels = c(0, 1), direction = "<", quiet = TRUE)
a <- score(d$y, d$a)
b <- score(d$y, d$b)
limits <- ci.auc(a, method = "delong")
keep(c("auc_wald_low", "auc", "auc_wald_high"), limits, "pROC::ci.auc(roc(y, a), method = 'delong')")
paired <- roc.test(a, b, method = "delong", paired = TRUE)
keep(c("paired_z", "paired_p", "paired_low", "paired_high"),
     c(paired$statistic, paired$p.value, paired$conf.int), "pROC::roc.test(a, b, paired = TRUE)")
first <- seq_len(nrow(d)) %% 2 == 1
unpaired <- roc.test(score(d$y[first], d$a[first]), score(d$y[!first], d$b[!first]),
                     method = "delong", paired = FALSE)
keep(c("unpaired_t", "unpaired_df", "unpaired_p"),
     c(unpaired$statistic, unpaired$parameter, unpaired$p.value),
     "pROC::roc.test(odd rows of a, even rows of b, paired = FALSE)")

for (x in c(0, 1, 22, 25)) {
  keep(paste0("wilson_", x, c("_low", "_high")),
       suppressWarnings(prop.test(x, 25, correct = FALSE))$conf.int, "prop.test(x, 25, correct = FALSE)")
  keep(paste0("clopper_pearson_", x, c("_low", "_high")), binom.test(x, 25)$conf.int, "binom.test(x, 25)")
}
keep("mcnemar_exact", binom.test(1, 8)$p.value, "binom.test(1, 8)")

# Tango's interval with the nuisance probability found by numerical maximum likelihood
tango <- function(n11, n12, n21, n22, z) {
  n <- n11 + n12 + n21 + n22
  gap <- n12 - n21
  score <- function(delta) {
    q <- optimize(function(q) {
      p12 <- q + delta
      rest <- 1 - p12 - q
      if (p12 <= 0 || q <= 0 || rest <= 0) return(-1e10)
      n12 * log(p12) + n21 * log(q) + (n11 + n22) * log(rest)
    }, c(max(0, -delta), (1 - delta) / 2), maximum = TRUE, tol = 1e-14)$maximum
    (gap - n * delta) / sqrt(n * (2 * q + delta * (1 - delta)))
  }
  c(uniroot(function(x) score(x) - z, c(-0.999, gap / n), tol = 1e-13)$root,
    uniroot(function(x) score(x) + z, c(gap / n, 0.999), tol = 1e-13)$root)
}
keep(c("tango_low", "tango_high"), tango(20, 3, 7, 30, qnorm(0.975)), "tango(20, 3, 7, 30, qnorm(0.975))")

grades <- table(factor(d$grade1, 0:4), factor(d$grade2, 0:4))
for (w in c("Equal-Spacing", "Fleiss-Cohen")) {
  k <- Kappa(grades, weights = w)
  name <- if (w == "Equal-Spacing") "linear" else "quadratic"
  keep(paste0("kappa_", name, c("", "_se")), k$Weighted, sprintf("vcd::Kappa(table, weights = '%s')", w))
}
keep(c("kappa", "kappa_se"), Kappa(grades)$Unweighted, "vcd::Kappa(table)")

x <- round(d$a - d$b, 9)
student <- t.test(x)
keep(c("bias", "bias_low", "bias_high"), c(student$estimate, student$conf.int), "t.test(a - b)")
n <- length(x)
z <- qnorm(0.975)
keep(paste0("limit_high", c("", "_low", "_high")),
     mean(x) + sd(x) * c(z, qt(c(0.025, 0.975), n - 1, z * sqrt(n)) / sqrt(n)),
     "mean(x) + sd(x) * c(z, qt(p, n - 1, ncp = z * sqrt(n)) / sqrt(n))")

zero <- rep(0, n)
for (zeros in c("Pratt", "Wilcoxon"))
  keep(paste0("wilcoxon_", tolower(zeros)),
       pvalue(wilcoxsign_test(x ~ zero, zero.method = zeros, distribution = "exact")),
       sprintf("coin::wilcoxsign_test(x ~ 0, zero.method = '%s', distribution = 'exact')", zeros))
long <- rep(x, 6)
keep("wilcoxon_long", pvalue(wilcoxsign_test(long ~ rep(zero, 6), zero.method = "Pratt")),
     "coin::wilcoxsign_test(rep(x, 6) ~ 0, zero.method = 'Pratt')")
w <- wilcox.test(d$continuous, conf.int = TRUE, exact = TRUE)
keep(c("walsh", "walsh_low", "walsh_high", "signed_rank", "signed_rank_p"),
     c(w$estimate, w$conf.int, w$statistic, w$p.value), "wilcox.test(continuous, conf.int = TRUE, exact = TRUE)")

keep(paste0("holm_", 1:4), p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm"), "p.adjust(p, 'holm')")
write.csv(values, file.path(here, "values.csv"), row.names = FALSE, quote = c(3))
