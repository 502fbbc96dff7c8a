/** Commands and compose files for new users, with the address of this hub. */

/** Runs the agent as a program on a Docker host. */
export function command(hub: string): string {
  return `TETHERD_SERVER=${hub} \\\nTETHERD_TOKEN=your-secret-password \\\ntetherd`;
}

/** Runs the agent as a compose service on a Docker host. */
export function compose(hub: string): string {
  return `services:
  tetherd:
    image: tetherd
    network_mode: host
    restart: unless-stopped
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock:ro
    environment:
      TETHERD_SERVER: ${hub}
      TETHERD_TOKEN: your-secret-password`;
}

/** A container with the labels that route it. */
export const LABELS = `services:
  my-app:
    image: nginx
    ports:
      - "8080:80"
    labels:
      - "traefik.enable=true"
      - "traefik.http.routers.my-app.rule=Host(\`myapp.example.com\`)"`;

/** True if this page's address works only on the hub's own machine. */
export function isThisMachine(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || /^(127\.|\[::1\])/.test(host);
}
