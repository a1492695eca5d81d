# Values to test the limits by quantiles, the spread, the ratios and the power of a count against:
#   Rscript tests/reference/measured.R      (MASS comes with R)
# from method_comparison_pairs.csv and ranks_counts.csv, which the scripts of those names explain.
suppressPackageStartupMessages(library(MASS))
options(warn = -1)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
values <- data.frame()
keep <- function(key, value, call) {
  row <- data.frame(key = key, value = sprintf("%.15g", as.numeric(value)), call = call)
  values <<- rbind(values, row)
}
three <- c("", "_low", "_high")

# exact limits of a quantile: ordered values, their places found one by one from the binomial
order_limits <- function(d, p, tail = 0.025) {
  n <- length(d)
  s <- sort(d)
  low <- NA
  for (k in 1:n) if (pbinom(k - 1, n, p) <= tail) low <- s[k]
  high <- NA
  for (k in n:1) if (1 - pbinom(k - 1, n, p) <= tail) high <- s[k]
  c(low, high)
}

pairs <- read.csv(file.path(here, "method_comparison_pairs.csv"))
sets <- split(pairs, pairs$set)
sets$all <- pairs # 176 cases: enough for both limits
for (name in names(sets)) {
  x <- sets[[name]]$x
  y <- sets[[name]]$y
  d <- round(x - y, 9)
  n <- length(d)
  key <- function(end) paste0("measured_", name, "_", end)
  if (n >= 39) for (end in c("lower", "upper")) {
    p <- if (end == "lower") 0.025 else 0.975
    keep(key(paste0("quantile_", end)), quantile(d, p, type = 6), "quantile(difference, p, type = 6)")
    found <- order_limits(d, p)
    if (end == "lower" && n < 146) keep(key("inner_lower"), found[2], "order_limits(difference, 0.025)[2]")
    if (end == "upper" && n < 146) keep(key("inner_upper"), found[1], "order_limits(difference, 0.975)[1]")
    if (n >= 146) keep(key(paste0("quantile_", end, three[-1])), found, "order_limits(difference, p)")
  }
  if (length(unique(d)) > 1) {
    size <- round(abs(d - median(d)), 9)
    a <- round(x + y, 9)
    tied <- anyDuplicated(size) || anyDuplicated(a)
    test <- cor.test(size, a, method = "kendall", exact = !tied && n < 50)
    keep(key(c("spread", "spread_p")), c(test$estimate, test$p.value),
         "cor.test(abs(difference - median(difference)), x + y, method = 'kendall')")
  }
  ratio <- function(kind, v, call) {
    test <- t.test(v)
    edge <- qt(c(0.025, 0.975), length(v) - 1, qnorm(0.975) * sqrt(length(v))) / sqrt(length(v))
    keep(key(paste0(kind, "_bias", three)), exp(c(test$estimate, test$conf.int)), call)
    keep(key(paste0(kind, "_upper", three)), exp(mean(v) + sd(v) * c(qnorm(0.975), edge)), call)
    keep(key(paste0(kind, "_lower", three)), exp(mean(v) - sd(v) * c(qnorm(0.975), rev(edge))), call)
  }
  both <- x > 0 & y > 0
  v <- log(x[both] / y[both])
  if (sum(both) > 2 && sd(v) > 1e-9) ratio("positive", v, "log(x / y) of x > 0 & y > 0: t.test, qt(ncp)")
  v <- log((x + 0.1) / (y + 0.1))
  if (min(x, y) >= 0) ratio("offset", v, "log((x + 0.1) / (y + 0.1)): t.test, qt(ncp)")
}

counts <- read.csv(file.path(here, "ranks_counts.csv"))
fit <- glm.nb(hotspots ~ log1p(metastases), counts, control = glm.control(epsilon = 1e-14, maxit = 500))
b <- coef(summary(fit))[2, ]
df <- nrow(counts) - 2
se <- b[2] * sqrt(max(1, sum(residuals(fit, type = "pearson")^2) / df))
keep(paste0("count_power", c(three, "_t", "_p", "_dispersion")),
     c(b[1] + c(0, -1, 1) * qt(0.975, df) * se, b[1] / se, 2 * pt(-abs(b[1] / se), df), 1 / fit$theta),
     "MASS::glm.nb(hotspots ~ log1p(metastases)), Pearson's X2 / (n - 2), qt(p, n - 2)")
at <- c(0, 1, 5, 30)
keep(paste0("count_power_fitted_", at), predict(fit, data.frame(metastases = at), type = "response"),
     "predict(MASS::glm.nb(hotspots ~ log1p(metastases)), type = 'response')")
write.csv(values, file.path(here, "measured.csv"), row.names = FALSE, quote = c(3))
