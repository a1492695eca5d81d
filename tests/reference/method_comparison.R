# Values to test bonescint.stats.method_comparison against, from method_comparison_pairs.csv:
#   Rscript tests/reference/method_comparison.R      (Debian: r-cran-epir)
# The pairs are simulated (numpy, seed 1983): ties, zeros, a negative correlation, few cases.
# mcr is not in Debian: Passing-Bablok and Deming are written out below in base R from Passing &
# Bablok 1983 and Linnet 1990, 1993, with the conventions that mcr documents.
suppressWarnings(suppressPackageStartupMessages(library(epiR)))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
d <- read.csv(file.path(here, "method_comparison_pairs.csv"))
values <- data.frame()
keep <- function(key, value, call) {
  row <- data.frame(key = paste0("method_comparison_", key), value = sprintf("%.15g", as.numeric(value)),
                    call = call)
  values <<- rbind(values, row)
}

# angle of every pair of cases, in a loop over the pairs; ties and the shift as in the paper
passing_bablok <- function(x, y) {
  n <- length(x)
  positive <- cor(x, y, method = "kendall") >= 0
  angles <- c()
  for (i in 1:(n - 1)) for (j in (i + 1):n) {
    dx <- round(x[j] - x[i], 9)
    dy <- round(y[j] - y[i], 9)
    if (dx == 0 && dy == 0) next
    if (positive && dx == -dy || !positive && dx == dy) next
    angles <- c(angles, if (dx == 0) (if (positive) pi / 2 else -pi / 2) else atan(dy / dx))
  }
  angles <- sort(angles)
  count <- length(angles)
  shift <- if (positive) sum(angles < -pi / 4) else -sum(angles > pi / 4)
  at <- function(twice) { # the slope at position twice / 2, between two angles if even
    if (twice < 1) return(-Inf)
    first <- (twice + 1) %/% 2 + shift
    last <- first + (twice %% 2 == 0)
    if (last > count) Inf else tan(mean(angles[first:last]))
  }
  width <- qnorm(0.975) * sqrt(n * (n - 1) * (2 * n + 5) / 18)
  slopes <- c(at(count), at(round(count - width)), at(round(count + width)))
  c(slopes, sapply(slopes[c(1, 3, 2)], function(b) median(y - b * x)))
}

# error ratio: variance of the errors of x over that of y
deming <- function(x, y, ratio) {
  line <- function(x, y) {
    u <- sum((x - mean(x))^2)
    q <- sum((y - mean(y))^2)
    p <- sum((x - mean(x)) * (y - mean(y)))
    b <- (ratio * q - u + sqrt((u - ratio * q)^2 + 4 * ratio * p^2)) / (2 * ratio * p)
    c(b, mean(y) - b * mean(x))
  }
  n <- length(x)
  all <- line(x, y)
  pseudo <- sapply(1:n, function(i) n * all - (n - 1) * line(x[-i], y[-i]))
  se <- apply(pseudo, 1, sd) / sqrt(n)
  wide <- qt(0.975, n - 2) * se
  c(all, all - wide, all + wide)
}

three <- c("", "_low", "_high")
for (name in unique(d$set)) {
  x <- d$x[d$set == name]
  y <- d$y[d$set == name]
  n <- length(x)
  z <- qnorm(0.975)
  put <- function(key, value, call) keep(paste0(name, "_", key), value, call)

  for (kind in c("plain", "log")) {
    if (kind == "log" && min(x, y) <= -1) next
    v <- if (kind == "plain") x - y else log(x + 1) - log(y + 1)
    test <- t.test(v)
    quantiles <- suppressWarnings(qt(c(0.025, 0.975), n - 1, z * sqrt(n))) / sqrt(n)
    back <- if (kind == "plain") identity else exp
    put(paste0(kind, "_bias", three), back(c(test$estimate, test$conf.int)), "t.test(difference)")
    put(paste0(kind, "_upper", three), back(mean(v) + sd(v) * c(z, quantiles)),
        "mean + sd * c(z, qt(p, n - 1, ncp = z * sqrt(n)) / sqrt(n))")
    put(paste0(kind, "_lower", three), back(mean(v) - sd(v) * c(z, rev(quantiles))),
        "mean - sd * c(z, rev(qt(p, n - 1, ncp = z * sqrt(n)) / sqrt(n)))")
  }

  a <- (x + y) / 2
  fit <- lm(x - y ~ a)
  spread <- lm(sqrt(pi / 2) * abs(resid(fit)) ~ a)
  for (one in list(list("", fit), list("sd_", spread))) for (i in 1:2) {
    key <- paste0(one[[1]], c("intercept", "slope")[i])
    put(paste0("regression_", key, three), c(coef(one[[2]])[i], confint(one[[2]])[i, ]), "lm, confint")
    if (i == 2)
      put(paste0("regression_", key, c("_t", "_p")), summary(one[[2]])$coefficients[i, 3:4], "summary(lm)")
  }
  at <- data.frame(a = mean(a))
  put(c("regression_lower", "regression_upper"),
      predict(fit, at) + c(-1, 1) * z * predict(spread, at), "predict(lm, mean of a)")

  ccc <- epi.ccc(x, y, ci = "z-transform")
  put(paste0("ccc", three), unlist(ccc$rho.c), "epiR::epi.ccc(x, y, ci = 'z-transform')$rho.c")
  put("ccc_bias", ccc$C.b, "epiR::epi.ccc(x, y)$C.b")

  put(paste0("passing_bablok_", rep(c("slope", "intercept"), each = 3), three), passing_bablok(x, y),
      "passing_bablok(x, y), base R")
  for (ratio in c(1, 0.25)) {
    found <- deming(x, y, ratio)
    for (i in 1:2)
      put(paste0("deming_", ratio, "_", c("slope", "intercept")[i], three), found[c(i, i + 2, i + 4)],
          sprintf("deming(x, y, %s), base R", ratio))
  }

  greater <- t.test(x, y, paired = TRUE, mu = -0.2, alternative = "greater", conf.level = 0.95)
  less <- t.test(x, y, paired = TRUE, mu = 0.3, alternative = "less", conf.level = 0.95)
  put(c("tost_p", "tost_low", "tost_high"),
      c(max(greater$p.value, less$p.value), greater$conf.int[1], less$conf.int[2]),
      "t.test(x, y, paired = TRUE, mu = -0.2 | 0.3, alternative = 'greater' | 'less')")
  put("tost_t", (if (greater$p.value > less$p.value) greater else less)$statistic,
      "t.test(...)$statistic of the larger p")
}
write.csv(values, file.path(here, "method_comparison.csv"), row.names = FALSE, quote = c(3))
