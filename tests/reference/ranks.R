# Values to test bonescint.stats.ranks, .counts and .case_mix against:
#   Rscript tests/reference/ranks.R      (Debian: r-cran-coin; MASS comes with R)
# It also writes ranks_cases.csv: small simulated data sets, most of them with ties and zeros.
suppressPackageStartupMessages({library(coin); library(MASS)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
options(warn = -1)
values <- data.frame()
keep <- function(key, value, call) {
  row <- data.frame(key = key, value = sprintf("%.15g", as.numeric(value)), call = call)
  values <<- rbind(values, row)
}

set.seed(20190601)
cases <- do.call(rbind, lapply(1:24, function(i) {
  n <- sample(8:30, 1)
  x <- switch(i %% 3 + 1, sample(0:4, n, TRUE) / 10, round(pmax(rnorm(n, 0.3), 0), 2), rnorm(n))
  y <- switch(i %% 3 + 1, sample(0:4, n, TRUE) / 10, round(pmax(x + rnorm(n, 0.1, 0.4), 0), 2),
              x / 2 + rnorm(n))
  data.frame(case = i, x = round(x, 6), y = round(y, 6), g = c(0:2, sample(0:3, n - 3, TRUE)))
}))
write.csv(cases, file.path(here, "ranks_cases.csv"), row.names = FALSE)

# J counted pair by pair; without ties the convolution of the U distributions of R
trend <- function(x, g) {
  pairs <- outer(g, g, "<")
  j <- sum((outer(x, x, "<") + outer(x, x, "==") / 2)[pairs])
  if (any(duplicated(x)))
    return(c(j, cor.test(x, g, method = "kendall", exact = FALSE)$p.value))
  size <- as.numeric(table(g))
  chances <- 1
  for (i in seq_along(size)[-1]) {
    u <- dwilcox(0:(sum(size[1:(i - 1)]) * size[i]), sum(size[1:(i - 1)]), size[i])
    chances <- tapply(outer(chances, u), outer(seq_along(chances), seq_along(u), "+"), sum)
  }
  c(j, min(1, 2 * min(sum(chances[1:(j + 1)]), sum(chances[(j + 1):length(chances)]))))
}

# tau-b's asymptotic variance from its table (Brown & Benedetti 1977, as SAS prints it)
tau_error <- function(x, y) {
  t <- table(x, y)
  n <- sum(t)
  wr <- n^2 - sum(rowSums(t)^2)
  wc <- n^2 - sum(colSums(t)^2)
  w <- sqrt(wr * wc)
  d <- outer(seq_len(nrow(t)), seq_len(ncol(t)), Vectorize(function(i, j) {
    sum(t * outer(sign(row(t)[, 1] - i), sign(col(t)[1, ] - j)))
  }))
  tau <- sum(t * d) / w
  v <- outer(rowSums(t), colSums(t), function(a, b) a * wc + b * wr)
  sqrt((sum(t * (2 * w * d + tau * v)^2) - n^3 * tau^2 * (wr + wc)^2) / w^4 * n / (n - 1))
}

z <- qnorm(0.975)
for (i in unique(cases$case)) {
  d <- cases[cases$case == i, ]
  n <- nrow(d)
  key <- function(name) sprintf("ranks_%d_%s", i, name)
  gap <- round(d$x - d$y, 9)
  zero <- rep(0, n)
  for (zeros in c("Pratt", "Wilcoxon"))
    keep(key(tolower(zeros)),
         pvalue(wilcoxsign_test(gap ~ zero, zero.method = zeros, distribution = "exact")),
         sprintf("coin::wilcoxsign_test(x - y ~ 0, zero.method = '%s', distribution = 'exact')", zeros))
  both <- data.frame(value = c(d$x, d$y), group = factor(rep(1:2, each = n)))
  keep(key("mann_whitney"), pvalue(wilcox_test(value ~ group, both, distribution = "exact")),
       "coin::wilcox_test(x against y, distribution = 'exact')")
  keep(key("u"), wilcox.test(d$x, d$y)$statistic, "wilcox.test(x, y)$statistic")
  k <- kruskal.test(d$x, d$g)
  keep(key(c("kruskal", "kruskal_p")), c(k$statistic, k$p.value), "kruskal.test(x, g)")
  keep(key(c("jonckheere", "jonckheere_p")), trend(d$x, d$g),
       "pairs counted; cor.test(x, g, method = 'kendall', exact = FALSE), without ties dwilcox convolved")
  s <- cor.test(d$x, d$y, method = "spearman", exact = FALSE)
  keep(key(c("spearman", "spearman_p")), c(s$estimate, s$p.value),
       "cor.test(x, y, method = 'spearman', exact = FALSE)")
  keep(key(c("spearman_low", "spearman_high")),
       tanh(atanh(s$estimate) + c(-z, z) * sqrt((1 + s$estimate^2 / 2) / (n - 3))),
       "Bonett & Wright 2000 by hand")
  t <- cor.test(d$x, d$y, method = "kendall")
  keep(key(c("kendall", "kendall_p", "kendall_statistic")), c(t$estimate, t$p.value, t$statistic),
       "cor.test(x, y, method = 'kendall')")
  keep(key(c("kendall_low", "kendall_high")),
       tanh(atanh(t$estimate) + c(-z, z) * tau_error(d$x, d$y) / (1 - t$estimate^2)),
       "Fisher's z of tau-b, Brown & Benedetti 1977 from the table, over n - 1")
}

# large groups: normal approximations
d <- read.csv(file.path(here, "cases.csv"))
x <- c(d$a, d$continuous + 1)
y <- c(d$b, d$continuous)
keep(c("ranks_large_u", "ranks_large_p"), wilcox.test(x, y)[c("statistic", "p.value")],
     "wilcox.test(c(a, continuous + 1), c(b, continuous))")
untied <- d$continuous[!duplicated(d$continuous)]
w <- wilcox.test(untied[1:20], untied[21:length(untied)], exact = TRUE)
keep(c("ranks_untied_u", "ranks_untied_p"), c(w$statistic, w$p.value),
     "wilcox.test(untied[1:20], untied[-(1:20)], exact = TRUE)")
for (level in c(0.8, 0.9, 0.99)) {
  w <- wilcox.test(untied, conf.int = TRUE, exact = TRUE, conf.level = level)
  keep(paste0("ranks_walsh_", 100 * level, c("_low", "_high")), w$conf.int,
       sprintf("wilcox.test(untied, conf.int = TRUE, exact = TRUE, conf.level = %g)", level))
}

# counts: findings of a simulated cohort, hotspots on metastases
set.seed(3)
met <- rnbinom(50, size = 0.7, mu = 6)
hot <- rnbinom(50, size = 2, mu = exp(0.3 + 0.08 * met))
write.csv(data.frame(metastases = met, hotspots = hot), file.path(here, "ranks_counts.csv"),
          row.names = FALSE)
fit <- glm.nb(hot ~ met, control = glm.control(epsilon = 1e-14, maxit = 500))
b <- coef(summary(fit))[2, ]
keep(c("counts_ratio", "counts_low", "counts_high", "counts_z", "counts_dispersion"),
     c(exp(b[1]), exp(b[1] + c(-z, z) * b[2]), b[3], 1 / fit$theta), "MASS::glm.nb(hotspots ~ metastases)")
few <- pmin(hot, 2)
p <- coef(summary(glm(few ~ met, family = poisson, control = glm.control(epsilon = 1e-14))))[2, ]
keep(c("counts_poisson_ratio", "counts_poisson_z"), c(exp(p[1]), p[3]),
     "glm(pmin(hotspots, 2) ~ metastases, family = poisson)")

# case mix
a <- d$a[d$y == 1]
b <- d$a[d$y == 0]
smd <- function(gap, unit, n1, n2) {
  g <- gap / unit
  se <- sqrt((n1 + n2) / (n1 * n2) + g^2 / (2 * (n1 + n2)))
  c(g, g - z * se, g + z * se)
}
limits <- c("", "_low", "_high")
keep(paste0("case_mix_mean", limits),
     smd(mean(a) - mean(b), sqrt((var(a) + var(b)) / 2), length(a), length(b)),
     "(mean(a) - mean(b)) / sqrt((var(a) + var(b)) / 2), standard error of Hedges & Olkin")
keep(paste0("case_mix_share", limits),
     smd(12 / 25 - 7 / 27, sqrt((12 / 25 * 13 / 25 + 7 / 27 * 20 / 27) / 2), 25, 27),
     "(p1 - p2) / sqrt((p1 q1 + p2 q2) / 2), the same standard error")
write.csv(values, file.path(here, "ranks.csv"), row.names = FALSE, quote = c(3))
