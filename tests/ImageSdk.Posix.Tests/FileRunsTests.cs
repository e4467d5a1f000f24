namespace ImageSdk.Posix.Tests;

public sealed class FileRunsTests : IDisposable
{
    readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(1 << 20, 0)]
    [InlineData(3 << 20, 0, 2 << 20)]
    [InlineData(3 << 20, 1 << 20, (3 << 20) - 1)]
    [InlineData(3 << 20)]
    public void Together_they_are_the_file(int size, params int[] writtenAt)
    {
        var content = new byte[size];
        using (var file = File.Create(path))
        {
            file.SetLength(size);
            foreach (var place in writtenAt)
            {
                content[place] = 7;
                file.Position = place;
                file.WriteByte(7);
            }
        }
        using var handle = File.OpenHandle(path);
        var whole = new MemoryStream();
        foreach (var run in FileRuns.Of(handle, size))
        {
            Assert.Equal(whole.Length, run.Start);
            Assert.True(run.Data + run.Zeros > 0);
            var data = new byte[run.Data];
            Assert.Equal(data.Length, RandomAccess.Read(handle, data, run.Start));
            whole.Write(data);
            whole.Write(new byte[run.Zeros]);
        }
        Assert.Equal(content, whole.ToArray());
        // What was cut off is no hole.
        Assert.Throws<EndOfStreamException>(() => FileRuns.Of(handle, size + 1));
    }
}
