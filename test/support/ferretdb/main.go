// FerretDB with its SQLite backend, for the tests of the MongoDB store: a server of the wire protocol on a free port.
// Usage: ferretdb <folder>. Prints its address, then serves until SIGTERM or the end of its standard input.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

// Writers wait for each other instead of failing: two servers write at once. What is written survives the death of every
// process; a power cut of this test database is nobody's claim, so it need not wait for the disk.
const settings = "_pragma=busy_timeout(60000)&_pragma=synchronous(normal)&_txlock=immediate"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: ferretdb <folder>")
		os.Exit(2)
	}
	level := &slog.HandlerOptions{Level: slog.LevelError}
	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Logger:    slog.New(slog.NewTextHandler(os.Stderr, level)),
		Handler:   "sqlite",
		SQLiteURL: "file:" + os.Args[1] + "/?" + settings,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	// Whoever started it holds the other end: when that process dies, this one must not stay behind.
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	fmt.Println(server.MongoDBURI())
	if err := server.Run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
