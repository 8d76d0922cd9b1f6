// Loaded in front of a script that `launch` runs: whoever kills the launcher outright kills the script with it.
if (process.channel !== undefined) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}
