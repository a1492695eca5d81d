# Values to test bonescint.stats.leave_one_out against, from leave_one_out_cases.csv:
#   Rscript tests/reference/leave_one_out.R
# The data are simulated (numpy, seed 20190620): calls of a program and five readers, some unread.
# The first two, three and five readers are taken. Variances over the cases: derivatives of the mean
# rate by the weight of each case, by complex steps, so that no algebra of ours is repeated.
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
d <- read.csv(file.path(here, "leave_one_out_cases.csv"))
values <- data.frame()
keep <- function(key, value, call) {
  row <- data.frame(key = paste0("leave_one_out_", key), value = sprintf("%.15g", as.numeric(value)), call = call)
  values <<- rbind(values, row)
}
z <- qnorm(0.975)
wilson <- function(p, n) {
  centre <- p + z^2 / (2 * n)
  (centre + c(-1, 1) * z * sqrt(p * (1 - p) / n + z^2 / (4 * n^2))) / (1 + z^2 / n)
}
add <- function(p, a, q, b, r) {
  half <- function(x, y) sqrt(max(x^2 - 2 * r * x * y + y^2, 0))
  p - q + c(-half(p - a[1], b[2] - q), half(a[2] - p, q - b[1]))
}
for (k in c(2, 3, 5)) {
  readers <- as.matrix(d[paste0("r", 1:k)])
  truth <- sapply(1:k, function(j) {
    others <- readers[, -j, drop = FALSE]
    share <- rowMeans(others, na.rm = TRUE)
    ifelse(is.na(readers[, j]) | is.nan(share) | share == 0.5, NA, as.numeric(share > 0.5))
  })
  for (class in 1:0) {
    judged <- !is.na(truth) & truth == class
    right <- list(judged & (d$program == class), judged & !is.na(readers) & (readers == class))
    name <- paste(k, c("specificity", "sensitivity")[class + 1], sep = "_")
    rates <- lapply(right, function(x) colSums(x) / colSums(judged))
    for (j in 1:k) {
      n <- sum(judged[, j]); x <- right[[1]][judged[, j], j]; y <- right[[2]][judged[, j], j]
      cells <- c(sum(x & y), sum(x & !y), sum(!x & y), sum(!x & !y))
      excess <- cells[1] * cells[4] - cells[2] * cells[3]
      if (excess > 0) excess <- max(excess - n / 2, 0)
      margins <- prod(sum(x), n - sum(x), sum(y), n - sum(y))
      limits <- add(mean(x), wilson(mean(x), n), mean(y), wilson(mean(y), n), if (margins > 0) excess / sqrt(margins) else 0)
      keep(paste(name, j, c("n", "program", "reader", "low", "high"), sep = "_"),
           c(n, mean(x), mean(y), limits), "panel of the others; Newcombe 1998, method 10, paired")
    }
    used <- rowSums(judged) > 0
    n <- sum(used)
    pull <- sapply(right, function(x) sapply(which(used), function(i) {
      weight <- complex(real = rep(1, nrow(d)))
      weight[i] <- weight[i] + 1e-20i
      Im(mean(colSums(weight * x) / colSums(weight * judged))) / 1e-20
    }))
    variance <- n / (n - 1) * crossprod(pull)
    means <- sapply(rates, mean)
    cases <- means * (1 - means) / diag(variance)
    cases[1] <- min(cases[1], n)
    r <- variance[1, 2] / sqrt(prod(diag(variance)))
    limits <- add(means[1], wilson(means[1], cases[1]), means[2], wilson(means[2], cases[2]), r)
    keep(paste(name, c("program", "reader", "difference", "low", "high"), sep = "_"),
         c(means, means[1] - means[2], limits),
         "means over the panels; square-and-add, variances over the cases by complex steps")
  }
}
write.csv(values, file.path(here, "leave_one_out.csv"), row.names = FALSE)
