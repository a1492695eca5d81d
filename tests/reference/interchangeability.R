# Values to test bonescint.stats.interchangeability and kappa_gap against, from agreement_cases.csv:
#   Rscript tests/reference/interchangeability.R      (Debian: r-cran-vcd; boot comes with R)
# Readers are y1, y2 and one who says yes at a third count of 2; the program says yes at a first of 4.
suppressPackageStartupMessages({library(vcd); library(boot)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
d <- read.csv(file.path(here, "agreement_cases.csv"))
values <- data.frame()
keep <- function(key, value, call) {
  row <- data.frame(key = paste0("versus_", key), value = sprintf("%.15g", as.numeric(value)), call = call)
  values <<- rbind(values, row)
}
read <- cbind(d$y1, d$y2, as.numeric(d$c3 >= 2))
program <- as.numeric(d$c1 >= 4)

# Obuchowski, Subhas & Schoenhagen 2014: P(two readers agree) - P(program and reader agree)
index <- function(program, read) {
  pairs <- combn(ncol(read), 2)
  readers <- mean(apply(pairs, 2, function(p) mean(read[, p[1]] == read[, p[2]])))
  readers - mean(apply(read, 2, function(r) mean(r == program)))
}
instead <- function(program, read, j)
  mean(sapply(seq_len(ncol(read))[-j], function(k) mean(read[, k] != program) - mean(read[, k] != read[, j])))
call <- "their formula by loops over readers and pairs"
keep("index", index(program, read), call)
for (j in 1:3) keep(paste0("instead_", j), instead(program, read, j), call)
keep("index_two", index(program, read[, 1:2]), paste(call, "of y1 and y2"))

set.seed(1)
drawn <- boot(seq_along(program), function(x, i) index(program[i], read[i, ]), R = 20000)
keep(c("boot_low", "boot_high"), boot.ci(drawn, type = "perc")$percent[4:5], "boot::boot.ci(R = 20000, type = 'perc')")

# Score limits: what a case adds is 1, 0 or -1/3; the likeliest shares with a supposed mean g have
# one free share, found by optimize
added <- rowMeans(read != program) - rowMeans(cbind(read[, 1] != read[, 2], read[, 1] != read[, 3], read[, 2] != read[, 3]))
x <- sapply(c(-1 / 3, 0, 1), function(v) sum(abs(added - v) < 1e-9))
score <- function(g, x) {
  n <- sum(x)
  share <- function(high) { low <- 3 * (high - g); c(low, 1 - low - high, high) }
  most <- min((1 + 3 * g) / 4, 1)
  likelihood <- function(high) { p <- share(high); sum(ifelse(x > 0, x * log(pmax(p, 1e-300)), 0)) }
  p <- share(optimize(likelihood, c(max(g, 0), most), maximum = TRUE, tol = 1e-13)$maximum)
  mean <- sum(x * c(-1 / 3, 0, 1)) / n
  (mean - g) / sqrt(max(sum(p * c(1 / 9, 0, 1)) - g^2, 1e-300) / n)
}
limits <- function(x, z = qnorm(0.975)) {
  mean <- sum(x * c(-1 / 3, 0, 1)) / sum(x)
  c(uniroot(function(g) score(g, x) - z, c(-1 / 3 + 1e-9, mean - 1e-9), tol = 1e-13)$root,
    uniroot(function(g) score(g, x) + z, c(mean + 1e-9, 1 - 1e-9), tol = 1e-13)$root)
}
call <- "score limits by optimize and uniroot of the counts"
keep(c("score_low", "score_high"), limits(x), call)
keep(c("score_unused_low", "score_unused_high"), limits(c(4, 26, 0)), call)
keep(c("score_equal_low", "score_equal_high"), limits(c(0, 30, 0)), call)

kappa <- function(a, b) unname(Kappa(table(factor(a, 0:1), factor(b, 0:1)))$Unweighted["value"])
beside <- mean(sapply(1:3, function(j) kappa(program, read[, j])))
among <- mean(combn(3, 2, function(p) kappa(read[, p[1]], read[, p[2]])))
keep(c("program_kappa", "readers_kappa"), c(beside, among), "means of vcd::Kappa")
mean_gap <- function(i) {
  mean(sapply(1:3, function(j) kappa(program[i], read[i, j]))) - mean(combn(3, 2, function(p) kappa(read[i, p[1]], read[i, p[2]])))
}
drawn <- boot(seq_along(program), function(x, i) mean_gap(i), R = 5000)
keep(c("gap_boot_low", "gap_boot_high"), boot.ci(drawn, type = "perc")$percent[4:5], "boot::boot.ci(R = 5000, type = 'perc')")
write.csv(values, file.path(here, "interchangeability.csv"), row.names = FALSE, quote = c(3))
