# Values to test bonescint.stats.agreement against, from agreement_cases.csv:
#   Rscript tests/reference/agreement.R      (Debian: r-cran-psych r-cran-coin r-cran-vcd)
# The data are simulated (numpy, seed 20190605): three readers' yes/no (y), grade 0-4 (g), count (c).
suppressPackageStartupMessages({library(psych); library(coin); library(vcd)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
d <- read.csv(file.path(here, "agreement_cases.csv"))
values <- data.frame()
keep <- function(key, value, call) {
  row <- data.frame(key = paste0("agreement_", key), value = sprintf("%.15g", as.numeric(value)), call = call)
  values <<- rbind(values, row)
}
yes <- as.matrix(d[c("y1", "y2", "y3")])
grades <- as.matrix(d[c("g1", "g2", "g3")])
counts <- log1p(as.matrix(d[c("c1", "c2", "c3")]))
# Shrout & Fleiss 1979, table 2: six targets, four judges
shrout <- matrix(c(9, 6, 8, 7, 10, 6, 2, 1, 4, 1, 5, 2, 5, 3, 6, 2, 6, 4, 8, 2, 8, 6, 9, 7), 6)

for (data in c("counts", "shrout")) for (alpha in c(0.05, 0.1)) {
  if (data == "shrout" && alpha == 0.1) next
  found <- suppressWarnings(ICC(get(data), lmer = FALSE, alpha = alpha))$results
  for (type in c("ICC2", "ICC2k", "ICC3", "ICC3k"))
    keep(paste(data, type, 100 * (1 - alpha), c("estimate", "F", "df1", "df2", "p", "low", "high"), sep = "_"),
         found[found$type == type, -1], sprintf("psych::ICC(%s, lmer = FALSE, alpha = %g)", data, alpha))
}

# psych::cohen.kappa 2.2.9 is no reference for weighted limits: it sums w * rs by rows, not columns
for (pair in list(c(1, 2), c(1, 3))) {
  graded <- table(factor(grades[, pair[1]], 0:4), factor(grades[, pair[2]], 0:4))
  empty <- graded
  empty[3, ] <- empty[, 3] <- 0
  for (w in c("Equal-Spacing", "Fleiss-Cohen")) {
    name <- paste(if (w == "Fleiss-Cohen") "quadratic" else "linear", paste(pair, collapse = ""), sep = "_")
    keep(paste0("kappa_", name, c("", "_se")), Kappa(graded, weights = w)$Weighted,
         sprintf("vcd::Kappa(table of all grades, weights = '%s')", w))
    keep(paste0("kappa_without_two_", name, c("", "_se")), Kappa(empty, weights = w)$Weighted,
         sprintf("vcd::Kappa(table, grade 2 empty, weights = '%s')", w))
  }
}

q <- friedman.test(yes)
keep(c("cochran_q", "cochran_df", "cochran_p"), c(q$statistic, q$parameter, q$p.value), "friedman.test(yes)")
for (data in c("grades", "counts")) {
  w <- friedman.test(t(get(data)))
  keep(paste0("kendall_", data, c("", "_chi2", "_df", "_p")),
       c(w$statistic / (3 * (nrow(d) - 1)), w$statistic, w$parameter, w$p.value),
       sprintf("friedman.test(t(%s)), W = chi2 / (m (n - 1))", data))
}

homogeneity <- function(name, table) {
  found <- mh_test(as.table(table))
  keep(paste0("maxwell_", name, c("", "_df", "_p")), c(statistic(found), found@statistic@df, pvalue(found)),
       "coin::mh_test(table)")
}
levels <- as.character(0:4)
homogeneity("grades", unname(table(factor(grades[, 1], levels), factor(grades[, 2], levels))))
homogeneity("three", matrix(c(20, 3, 0, 10, 30, 5, 5, 15, 40), 3))  # Uebersax's example
homogeneity("equal_margin", matrix(c(5, 4, 1, 2, 7, 3, 3, 1, 9), 3))

# Specific agreement by its definition: all ordered pairs of raters; Graham & Bull's error for two
specific <- function(x, category) {
  chosen <- both <- 0
  for (i in seq_len(ncol(x))) for (j in seq_len(ncol(x))[-i]) {
    chosen <- chosen + sum(x[, i] == category)
    both <- both + sum(x[, i] == category & x[, j] == category)
  }
  both / chosen
}
for (category in 0:1)
  keep(paste0("specific_", category), specific(yes, category), "share of ordered pairs of raters")
a <- sum(yes[, 1] & yes[, 2]); b <- sum(yes[, 1] & !yes[, 2]); c <- sum(!yes[, 1] & yes[, 2])
keep(c("specific_two", "specific_two_se"),
     c(2 * a / (2 * a + b + c), sqrt(4 * a * (b + c) * (a + b + c)) / (2 * a + b + c)^2),
     "Graham & Bull 1998 of y1 and y2")
write.csv(values, file.path(here, "agreement.csv"), row.names = FALSE, quote = c(3))
