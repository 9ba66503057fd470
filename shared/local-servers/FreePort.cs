using System.Net;
using System.Net.Sockets;

namespace MindBridge.LocalServers;

/// <summary>A port of this machine that nobody listens on.</summary>
public static class FreePort
{
    /// <summary>Finds one; somebody else may take it the next moment.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
