package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"
)

// progressBar shows on a terminal how far long work has come. Elsewhere it shows nothing: a log is not to be filled with it.
type progressBar struct {
	out     io.Writer // nil: not a terminal
	begun   time.Time
	shownAt time.Time
	width   int // of what is shown
}

const (
	// progressAfter is how long work may take without a bar, and progressEvery how often it is drawn.
	progressAfter = 700 * time.Millisecond
	progressEvery = 100 * time.Millisecond
)

func newProgressBar(out io.Writer) *progressBar {
	bar := &progressBar{begun: time.Now()}
	if file, ok := out.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			bar.out = out
		}
	}
	return bar
}

// show says what is being done, and how much of how much is done.
func (b *progressBar) show(step string, done, total int64) {
	now := time.Now()
	if b.out == nil || now.Sub(b.begun) < progressAfter || now.Sub(b.shownAt) < progressEvery {
		return
	}
	b.shownAt = now
	b.draw(progressText(step, done, total))
}

// progressText is a bar of twenty places where it is known how much there is to do.
func progressText(step string, done, total int64) string {
	if total <= 0 {
		return step
	}
	const places = 20
	done = min(max(done, 0), total)
	full := int(done * places / total)
	return fmt.Sprintf("[%s%s] %3d %% %s", strings.Repeat("#", full), strings.Repeat(".", places-full), done*100/total, step)
}

// draw writes a text over the one before.
func (b *progressBar) draw(text string) {
	width := utf8.RuneCountInString(text)
	fmt.Fprintf(b.out, "\r%s%s", text, strings.Repeat(" ", max(0, b.width-width)))
	b.width = width
}

// clear takes the bar away.
func (b *progressBar) clear() {
	if b.out != nil && b.width > 0 {
		b.draw("")
		fmt.Fprint(b.out, "\r")
		b.width = 0
	}
}
